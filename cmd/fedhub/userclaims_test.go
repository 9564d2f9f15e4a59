package main

import (
	"maps"
	"testing"
)

func TestAPersonIsAddedWithEveryClaim(t *testing.T) {
	s := newShell(t)
	s.stdin = `{"name": "Ada Lovelace", "given_name": "Ada", "birthdate": "1815", "phone_number": "+44 20 7946 0000", "phone_number_verified": true,
		"address": {"formatted": "as one", "street_address": "12 St James's Square", "locality": "London", "country": "UK"}}`
	s.must("user", "add", "--email", "ada@example.org", "--claims", "-", "--no-password", "--claim", "birthdate=1815-12-10", "--claim", "nickname=a=b", "--json")
	var ada userRow
	s.json(&ada)
	want := map[string]string{
		"name": "Ada Lovelace", "given_name": "Ada", "birthdate": "1815-12-10", "nickname": "a=b", "phone_number": "+442079460000",
		"street_address": "12 St James's Square", "locality": "London", "country": "UK",
	}
	if !maps.Equal(ada.Claims, want) {
		t.Errorf("got %v, want %v", ada.Claims, want)
	}
}

func TestAClaimNobodyHasIsAMistake(t *testing.T) {
	for name, row := range map[string]struct {
		stdin string
		args  []string
		says  string
	}{
		"unknown":       {args: []string{"--claim", "shoe_size=41"}, says: "shoe_size"},
		"no value":      {args: []string{"--claim", "nickname"}, says: "NAME=VALUE"},
		"not a date":    {args: []string{"--claim", "birthdate=tomorrow"}, says: "1815-12-10"},
		"a number":      {stdin: `{"birthdate": 1815}`, args: []string{"--claims", "-"}, says: "must be a string"},
		"no object":     {stdin: `null`, args: []string{"--claims", "-"}, says: "JSON object"},
		"no file":       {args: []string{"--claims", "/nowhere"}, says: "--claims"},
		"an odd object": {stdin: `{"name": {"given_name": "Ada"}}`, args: []string{"--claims", "-"}, says: "must be a string"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t)
			s.stdin = row.stdin
			s.run(append([]string{"user", "add", "--email", "ada@example.org", "--no-password"}, row.args...)...).fails(2, row.says)
		})
	}
}
