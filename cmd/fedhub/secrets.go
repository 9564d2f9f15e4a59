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

// Secrets are never arguments: every user of a machine can read arguments.

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

// secretFrom reads one secret, without the line end that editors and echo add.
func secretFrom(name string, r io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	switch {
	case secret == "":
		return "", mistakef("%s is empty; it must contain the secret", name)
	case len(secret) > maxSecret:
		return "", mistakef("%s is too long for a secret", name)
	}
	return secret, nil
}

// choosePassword asks for a new password twice.
func (c *console) choosePassword(ctx context.Context, account string) (string, error) {
	first, err := c.ask(ctx, "Password for "+oneLine(account)+": ")
	if err != nil {
		return "", err
	}
	if first == "" {
		return "", mistake("no user was added: the password is empty; for users who sign in through a provider, use --no-password")
	}
	second, err := c.ask(ctx, "Repeat the password: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", mistake("no user was added: the two passwords differ")
	}
	return first, nil
}

// ask reads a line without showing it. After an interrupt the terminal shows
// typed text again.
func (c *console) ask(ctx context.Context, question string) (string, error) {
	file, ok := c.in.(*os.File)
	if !ok {
		return "", errors.New("there is no terminal to ask on")
	}
	terminal := int(file.Fd())
	before, err := term.GetState(terminal)
	if err != nil {
		return "", fmt.Errorf("ask on the terminal: %w", err)
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
