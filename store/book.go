package store

import "slices"

// Book is one of the shop's books. Every money row belongs to one, and every query
// is limited to one, so that play money and real money never mix; people and their
// sessions are the same in all.
type Book string

// The books, by the CamPay that they are asked of.
const (
	Sandbox    Book = "sandbox"    // the one inside, or another that is named by its address
	Demo       Book = "demo"       // demo.campay.net
	Production Book = "production" // www.campay.net
)

// Books are all of them, from play to earnest.
var Books = []Book{Sandbox, Demo, Production}

// IsBook reports whether there is such a book.
func (b Book) IsBook() bool { return slices.Contains(Books, b) }
