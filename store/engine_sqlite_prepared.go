package store

// SQLite plans a statement each time that it is given its text, which takes longer
// than most of ours run. So each connection keeps what it has planned.

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
)

// preparedKept is how many statements a connection keeps; a text more, and it begins
// anew. The book has some 400 of its own, and lists make more of them.
const preparedKept = 500

// preparing opens connections that keep their statements.
type preparing struct{ driver.Connector }

func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := conn.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("sqlite: a connection of another kind"), conn.Close())
	}
	return &preparingConn{sqliteConn: whole, kept: map[string]*preparedStmt{}}, nil
}

// sqliteConn is what database/sql uses of the driver's connection.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// preparingConn is used by one goroutine at a time, as database/sql sees to.
type preparingConn struct {
	sqliteConn
	kept map[string]*preparedStmt
}

// Unwrap is for the driver, which looks for its own connection.
func (c *preparingConn) Unwrap() driver.Conn { return c.sqliteConn }

// preparedStmt is a kept statement; busy while its rows are being read, when the same
// text has to be planned once more.
type preparedStmt struct {
	sqliteStmt
	busy bool
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// prepared is the kept statement of a text; nil where it is to be run without one.
func (c *preparingConn) prepared(ctx context.Context, text string) (*preparedStmt, error) {
	if stmt, ok := c.kept[text]; ok {
		if stmt.busy {
			return nil, nil
		}
		return stmt, nil
	}
	if strings.HasPrefix(text, "PRAGMA") || strings.HasPrefix(text, "EXPLAIN") {
		return nil, nil
	}
	made, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	whole, ok := made.(sqliteStmt)
	if !ok {
		return nil, made.Close()
	}
	if len(c.kept) >= preparedKept {
		if err := c.forget(); err != nil {
			return nil, errors.Join(err, made.Close())
		}
	}
	stmt := &preparedStmt{sqliteStmt: whole}
	c.kept[text] = stmt
	return stmt, nil
}

// forget closes the statements of which no rows are being read.
func (c *preparingConn) forget() error {
	var all []error
	for text, stmt := range c.kept {
		if !stmt.busy {
			all = append(all, stmt.Close())
			delete(c.kept, text)
		}
	}
	return errors.Join(all...)
}

func (c *preparingConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	stmt, err := c.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return c.sqliteConn.ExecContext(ctx, text, args)
	}
	return stmt.ExecContext(ctx, args)
}

func (c *preparingConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := c.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return c.sqliteConn.QueryContext(ctx, text, args)
	}
	rows, err := stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	stmt.busy = true
	return &preparedRows{rows, stmt}, nil
}

// Close closes the kept statements first.
func (c *preparingConn) Close() error {
	for _, stmt := range c.kept {
		stmt.busy = false
	}
	return errors.Join(c.forget(), c.sqliteConn.Close())
}

// preparedRows give their statement back when they are closed.
type preparedRows struct {
	driver.Rows
	of *preparedStmt
}

func (r *preparedRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}
