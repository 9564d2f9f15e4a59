package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// A wire is one connection to a server that stays open. Go's own client does much
// that a bench does not need, and takes processor time from the measured server.
type wire struct {
	conn net.Conn
	read *bufio.Reader
}

// An answer is a response.
type answer struct {
	status   int
	location string
	body     []byte
}

func dial(ctx context.Context, url string) (*wire, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", host(url))
	if err != nil {
		return nil, err
	}
	return &wire{conn: conn, read: bufio.NewReader(conn)}, nil
}

func host(url string) string { return strings.TrimPrefix(url, "http://") }

// answerTime bounds one request; the hub's own bound is shorter.
const answerTime = 30 * time.Second

// do sends a request and reads the whole response.
func (w *wire) do(request []byte) (answer, error) {
	if err := w.conn.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return answer{}, err
	}
	if _, err := w.conn.Write(request); err != nil {
		return answer{}, err
	}
	response, err := http.ReadResponse(w.read, nil)
	if err != nil {
		return answer{}, err
	}
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header.Get("Location"), body}, err
}

// A header is one line of a request.
type header struct{ name, value string }

func get(url, path string, headers ...header) []byte {
	return message("GET", url, path, "", headers)
}

func post(url, path, form string, headers ...header) []byte {
	return message("POST", url, path, form, append(headers,
		header{"Content-Type", "application/x-www-form-urlencoded"}, header{"Content-Length", fmt.Sprint(len(form))}))
}

func message(method, url, path, body string, headers []header) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, host(url))
	for _, h := range headers {
		b.WriteString(h.name + ": " + h.value + "\r\n")
	}
	b.WriteString("\r\n" + body)
	return []byte(b.String())
}
