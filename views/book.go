package views

import (
	"context"

	"comptoir/store"
)

// DrawnIn is the field that says in which book a form was drawn.
const DrawnIn = "drawn_in"

type bookKey struct{}

// WithBook returns a context in which forms say in which book they were drawn.
func WithBook(ctx context.Context, book store.Book) context.Context {
	return context.WithValue(ctx, bookKey{}, book)
}

// Book is the one in which forms of ctx are drawn; empty for customers' pages, whose
// links are in one book alone.
func Book(ctx context.Context) store.Book {
	book, _ := ctx.Value(bookKey{}).(store.Book)
	return book
}
