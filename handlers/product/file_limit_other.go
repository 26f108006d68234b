//go:build !unix

package product

func outliveFileLimit() {}
