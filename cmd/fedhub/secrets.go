package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Secrets are never arguments: every user of a machine can read those.

// maxSecret is more than any secret has, in bytes.
const maxSecret = 8 << 10

// secretFile reads a secret from the file that a flag names.
func secretFile(flag, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", mistakef("%s: %v", flag, err)
	}
	defer file.Close()
	return secretFrom(path, file)
}

// secretIn is secretFile where - is standard input.
func (c *console) secretIn(flag, path string) (string, error) {
	if path == "-" {
		return secretFrom("standard input", c.in)
	}
	return secretFile(flag, path)
}

// secretFrom reads one secret. The end of line that editors and echo put
// behind it is not part of it.
func secretFrom(name string, r io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	switch {
	case secret == "":
		return "", mistakef("there is no secret in %s; it is empty", name)
	case len(secret) > maxSecret:
		return "", mistakef("what is in %s is too long for a secret", name)
	}
	return secret, nil
}

// choosePassword asks for a new password twice.
func (c *console) choosePassword(ctx context.Context, whose string) (string, error) {
	first, err := c.ask(ctx, "Password for "+oneLine(whose)+": ")
	if err != nil {
		return "", err
	}
	if first == "" {
		return "", mistake("no password was typed, so nobody was added; use --no-password for people from elsewhere")
	}
	second, err := c.ask(ctx, "The same again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", mistake("the two passwords are not the same; nobody was added")
	}
	return first, nil
}

// ask reads a line that does not show. Whoever gives up gets a terminal back
// that shows what is typed.
func (c *console) ask(ctx context.Context, question string) (string, error) {
	file, ok := c.in.(*os.File)
	if !ok {
		return "", errors.New("there is no terminal to ask at")
	}
	terminal := int(file.Fd())
	before, err := term.GetState(terminal)
	if err != nil {
		return "", fmt.Errorf("ask at the terminal: %w", err)
	}
	fmt.Fprint(c.err, question)
	defer fmt.Fprintln(c.err)
	type line struct {
		text []byte
		err  error
	}
	typed := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(terminal)
		typed <- line{text, err}
	}()
	select {
	case l := <-typed:
		return string(l.text), l.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(terminal, before))
	}
}
