package frappetest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// Send sends a recorded request over a new connection, byte for byte. It adds
// only Content-Length and Connection: close, which recordings omit. address is
// host:port.
func Send(address, request string) (*http.Response, string, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, "", err
	}
	defer conn.Close() //nolint:errcheck // the answer was read
	head, body, _ := strings.Cut(request, "\n\n")
	method, _, _ := strings.Cut(head, " ")
	head = strings.ReplaceAll(head, "\n", "\r\n") + "\r\nConnection: close\r\n"
	if body != "" {
		head += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	if _, err := io.WriteString(conn, head+"\r\n"+body); err != nil {
		return nil, "", err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp, string(answer), err
}
