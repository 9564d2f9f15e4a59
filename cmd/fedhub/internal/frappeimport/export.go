package frappeimport

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An Export is everything that was read of one site.
type Export struct {
	Users, Clients, Keys []Doc
	Settings             []Doc // both kinds
	Passwords            map[string]string
	Apps                 map[string]siteApp // authenticator apps, by user
	// Other counts documents of other doctypes, and rows of child tables without
	// their document in the files.
	Other map[string]int
	// Unread are the headings of each file that are not read.
	Unread map[string][]string

	byName map[string]map[string]int // doctype → name → place in its list
	rows   []Doc                     // of child tables that were exported alone
	listed map[string]bool           // child tables that were exported alone
	read   int
	faults []error
}

func newExport() *Export {
	return &Export{Passwords: map[string]string{}, Apps: map[string]siteApp{}, Other: map[string]int{}, Unread: map[string][]string{}, byName: map[string]map[string]int{}, listed: map[string]bool{}}
}

// add sorts the documents of a file by doctype.
func (e *Export) add(file string, docs []Doc) {
	e.read += len(docs)
	for _, d := range docs {
		e.Unread[file] = append(e.Unread[file], d.unread...)
		switch d.Type {
		case User:
			e.Users = e.put(e.Users, d)
		case OAuthClient:
			e.Clients = e.put(e.Clients, d)
		case SocialLoginKey:
			e.Keys = e.put(e.Keys, d)
		case OAuthSettings, ProviderSettings, SystemSettings:
			d.fields["name"] = d.Type
			e.Settings = e.put(e.Settings, d)
		case UserSocialLogin, HasRole, ClientRole:
			e.rows = append(e.rows, d)
		case Auth:
			e.password(d)
		case DefaultValue:
			e.setting(d)
		default:
			e.Other[fmt.Sprintf("%.60s", d.Type)]++
		}
	}
}

// put adds a document. If another file has the same document, the two are merged,
// and different values are an error.
func (e *Export) put(docs []Doc, d Doc) []Doc {
	name := d.identify()
	if name == "" {
		e.faults = append(e.faults, d.At.fault("has no ID; export the column ID too"))
		return docs
	}
	if e.byName[d.Type] == nil {
		e.byName[d.Type] = map[string]int{}
	}
	key := strings.ToLower(name)
	at, found := e.byName[d.Type][key]
	if !found {
		e.byName[d.Type][key] = len(docs)
		return append(docs, d)
	}
	if field := docs[at].complete(d); field != "" {
		e.faults = append(e.faults, d.At.fault("has another value for the field %s of %q than %s; export both at the same time, or leave one out", field, name, docs[at].At))
	}
	return docs
}

// identify returns the name of a document. A missing name is derived from the field
// that Frappe derives it from.
func (d Doc) identify() string {
	from := map[string]string{User: "email", OAuthClient: "client_id", SocialLoginKey: "provider_name"}[d.Type]
	if d.text("name") == "" && from != "" {
		d.fields["name"] = d.text(from)
	}
	return d.text("name")
}

// complete adds what only the other document has, and returns the name of a field
// with different values.
func (d Doc) complete(other Doc) string {
	for _, name := range slices.Sorted(maps.Keys(other.fields)) {
		value, found := d.fields[name]
		if found && strings.TrimSpace(value) != strings.TrimSpace(other.fields[name]) && other.text(name) != "" && d.text(name) != "" {
			return name
		}
		if strings.TrimSpace(value) == "" {
			d.fields[name] = other.fields[name]
		}
	}
	for name, rows := range other.tables {
		if _, found := d.tables[name]; !found {
			d.tables[name] = []map[string]string{}
		}
		for _, row := range rows {
			d.addRow(name, row)
		}
	}
	return ""
}

// addRow adds a row to a child table, once.
func (d Doc) addRow(table string, row map[string]string) {
	same := func(has map[string]string) bool {
		return has["role"] == row["role"] && has["provider"] == row["provider"] && has["userid"] == row["userid"]
	}
	if !slices.ContainsFunc(d.tables[table], same) && len(d.tables[table]) < maxRows {
		d.tables[table] = append(d.tables[table], row)
	}
}

// password keeps the password hash of a user. The table also contains passwords of
// other documents and encrypted secrets.
func (e *Export) password(d Doc) {
	doctype, field := d.text("doctype"), d.text("fieldname")
	if doctype != "" && doctype != User || field != "" && field != "password" || d.on("encrypted") || d.text("password") == "" {
		e.Other["secrets that are not passwords of users"]++
		return
	}
	name := strings.ToLower(d.text("name"))
	if before, found := e.Passwords[name]; found && before != d.text("password") {
		e.faults = append(e.faults, d.At.fault("is a second password of the same user; leave one of them out"))
		return
	}
	e.Passwords[name] = d.text("password")
}

// join adds rows of child tables that were exported alone to their documents.
func (e *Export) join() error {
	for _, row := range e.rows {
		table, doctype := "roles", User
		switch parent := row.text("parenttype"); {
		case row.Type == UserSocialLogin:
			table = "social_logins"
		case row.Type == ClientRole, parent == OAuthClient, row.text("parentfield") == "allowed_roles":
			table, doctype = "allowed_roles", OAuthClient
		case parent != "" && parent != User:
			e.Other[fmt.Sprintf("roles of a %.60s", parent)]++ // of a Role Profile, a Page, a Report
			continue
		}
		owner, found := e.find(doctype, row.text("parent"))
		if !found && row.Type == HasRole && row.text("parenttype") == "" {
			table = "allowed_roles"
			owner, found = e.find(OAuthClient, row.text("parent"))
		}
		if !found {
			e.Other["rows of "+row.Type+" of documents that are not in these files"]++
			continue
		}
		owner.addRow(table, row.fields)
		e.lists(table, owner.Type)
	}
	e.rows = nil
	return errors.Join(e.faults...)
}

// lists notes that the export has a child table: documents without rows in it have
// none on the site.
func (e *Export) lists(table, doctype string) {
	if e.listed[table] {
		return
	}
	e.listed[table] = true
	for _, d := range map[string][]Doc{User: e.Users, OAuthClient: e.Clients}[doctype] {
		if !d.lists(table) {
			d.tables[table] = []map[string]string{}
		}
	}
}

func (e *Export) find(doctype, name string) (Doc, bool) {
	at, found := e.byName[doctype][strings.ToLower(name)]
	if !found {
		return Doc{}, false
	}
	return map[string][]Doc{User: e.Users, OAuthClient: e.Clients}[doctype][at], true
}

// column returns the values of one field of a child table.
func (d Doc) column(table, field string) []string {
	var values []string
	for _, row := range d.tables[table] {
		if value := strings.TrimSpace(row[field]); value != "" {
			values = append(values, value)
		}
	}
	return values
}
