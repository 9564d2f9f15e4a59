package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// A session is the writer's connection with its prepared statements. It always
// runs its work to the end: contexts belong to callers, and a transaction
// shared by many must not be interrupted for one.
type session struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func newSession(ctx context.Context, db *sql.DB) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &session{conn: conn, prepared: map[string]*sql.Stmt{}}, nil
}

func (s *session) statement(text string) (*sql.Stmt, error) {
	if known := s.prepared[text]; known != nil {
		return known, nil
	}
	fresh, err := s.conn.PrepareContext(context.Background(), text)
	if err != nil {
		return nil, err
	}
	s.prepared[text] = fresh
	return fresh, nil
}

func (s *session) exec(text string, args ...any) error {
	_, err := s.change(text, args...)
	return err
}

// change runs a statement and returns the number of changed rows.
func (s *session) change(text string, args ...any) (int64, error) {
	statement, err := s.statement(text)
	if err != nil {
		return 0, err
	}
	result, err := statement.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// row runs a statement that returns one row; sql.ErrNoRows if there is none.
func (s *session) row(text string, args []any, into ...any) error {
	statement, err := s.statement(text)
	if err != nil {
		return err
	}
	return statement.QueryRowContext(context.Background(), args...).Scan(into...)
}

// version is the highest major version of programs on this file.
func (s *session) version() (version int64, err error) {
	err = s.row("PRAGMA user_version", nil, &version)
	return version, err
}

// discard closes the connection instead of returning it to the pool, which ends
// its transaction. Its statements are closed first, because SQLite keeps a
// connection with its locks as long as it has any.
func (s *session) discard() {
	for _, statement := range s.prepared {
		_ = statement.Close()
	}
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = s.conn.Close()
}
