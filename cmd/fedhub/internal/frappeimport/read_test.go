package frappeimport

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Two export formats of a site give the same result.
func TestBothShapesSayTheSame(t *testing.T) {
	one, err := Read([]string{"testdata/json"})
	if err != nil {
		t.Fatal(err)
	}
	two, err := Read([]string{"testdata/csv/User.csv", "testdata/csv"})
	if err != nil {
		t.Fatal(err)
	}
	if len(one.Users) != 12 || len(one.Clients) != 4 || len(one.Keys) != 4 || len(one.Settings) != 2 || !maps.Equal(one.Passwords, two.Passwords) {
		t.Errorf("got %d users, %d clients, %d keys, %d settings, %d passwords", len(one.Users), len(one.Clients), len(one.Keys), len(one.Settings), len(one.Passwords))
	}
	for _, pair := range [][2][]Doc{{one.Users, two.Users}, {one.Clients, two.Clients}, {one.Keys, two.Keys}} {
		if len(pair[0]) != len(pair[1]) {
			t.Fatalf("%d documents, and %d", len(pair[0]), len(pair[1]))
		}
		for i := range pair[0] {
			same(t, pair[0][i], pair[1][i])
		}
	}
}

// same compares what both formats contain.
func same(t *testing.T, a, b Doc) {
	t.Helper()
	for field := range a.fields {
		if b.says(field) && a.text(field) != b.text(field) {
			t.Errorf("%s: %s is %q, and %q", a.text("name"), field, a.text(field), b.text(field))
		}
	}
	for table, field := range map[string]string{"roles": "role", "social_logins": "userid", "allowed_roles": "role"} {
		if !slices.Equal(a.column(table, field), b.column(table, field)) {
			t.Errorf("%s: %s are %q, and %q", a.text("name"), table, a.column(table, field), b.column(table, field))
		}
	}
}

// export reads files that are written here.
func export(t *testing.T, files map[string]string) (*Export, error) {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Read([]string{folder})
}

const asha = `{"name": "asha@example.com", "email": "asha@example.com", "enabled": 1, "first_name": "Asha"}`

// Responses of the REST API have no child tables, so these come in other files.
func TestRowsOfChildTablesFindTheirOwners(t *testing.T) {
	rows := map[string]string{
		"rest":    `{"data": [{"parent": "Asha@example.com", "parenttype": "User", "role": "Employee"}, {"parent": "Staff", "parenttype": "Role Profile", "role": "Boss"}, {"parent": "gone@example.com", "parenttype": "User", "role": "Boss"}]}`,
		"message": `{"message": [{"parent": "asha@example.com", "role": "Employee"}]}`,
		"csv":     "Parent;Role\nasha@example.com;Employee\n",
		"client":  "role\tparent\tparenttype\nEmployee\tasha@example.com\tUser\n",
	}
	for name, text := range rows {
		t.Run(name, func(t *testing.T) {
			e, err := export(t, map[string]string{
				"user.json": `{"data": [` + asha + `]}`, "roles.json": text,
				"logins.csv": "parent,provider,userid\nasha@example.com,frappe,46142bcd53ea31937b65b87ab402b8a4360be61\n",
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(e.Users) != 1 || !slices.Equal(e.Users[0].column("roles", "role"), []string{"Employee"}) || len(e.Users[0].column("social_logins", "userid")) != 1 {
				t.Errorf("got %+v", e.Users)
			}
		})
	}
}

func TestShapesOfOneUser(t *testing.T) {
	for name, text := range map[string]string{
		"fixture":            `[{"doctype": "User", "name": "asha@example.com", "email": "asha@example.com", "enabled": 1, "roles": [{"role": "A"}, {"role": "B"}]}]`,
		"one document":       `{"doctype": "User", "name": "asha@example.com", "enabled": true, "roles": [{"role": "A"}, {"role": "B"}]}`,
		"report view":        "\"Sr\",\"ID\",\"Full Name\",\"Enabled\",\"Role (Has Role)\"\n1,\"asha@example.com\",\"Asha\",1,\"A\"\n2,\"asha@example.com\",\"Asha\",1,\"B\"\n",
		"data import":        "\ufeffID,Enabled,Email,Role (Roles Assigned)\r\nasha@example.com,1,asha@example.com,A\r\n,,,B\r\n",
		"by names":           "name|enabled|email|roles.role\nasha@example.com|1|asha@example.com|A\n|||B\n",
		"words for boxes":    "ID,Email,Enabled,Role (Roles)\nasha@example.com,asha@example.com,Yes,A\n,,,B\n",
		"data export":        "\"\"\n\"DocType:\",\"User\",\"\",\"\",\"~\",\"Has Role\",\"roles\"\n\"Column Labels:\",\"ID\",\"Email\",\"Enabled\",\"\",\"ID\",\"Role\"\n\"Column Name:\",\"name\",\"email\",\"enabled\",\"~\",\"name\",\"role\"\n\"Mandatory:\",\"Yes\",\"Yes\",\"No\",\"\",\"Yes\",\"No\"\n\"\",\"\"\"asha@example.com\"\"\",\"asha@example.com\",\"1\",\"\",\"\"\"x1\"\"\",\"A\"\n\"\",\"\",\"\",\"\",\"\",\"\"\"x2\"\"\",\"B\"\n",
		"more than is asked": `{"data": {"doctype": "User", "name": "asha@example.com", "enabled": 1, "last_known_versions": {"a": [1]}, "block_modules": [[1]], "roles": [{"role": "A", "idx": 1}, {"role": "B", "x": {}}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			e, err := export(t, map[string]string{"file.csv": text})
			if err != nil {
				t.Fatal(err)
			}
			if len(e.Users) != 1 || e.Users[0].text("name") != "asha@example.com" || !e.Users[0].on("enabled") ||
				!slices.Equal(e.Users[0].column("roles", "role"), []string{"A", "B"}) {
				t.Errorf("got %+v", e.Users)
			}
		})
	}
}

func TestPasswordsAreThoseOfUsersAlone(t *testing.T) {
	e, err := export(t, map[string]string{
		"auth.json": `[{"doctype": "User", "name": "Asha@example.com", "fieldname": "password", "password": "$pbkdf2-sha256$1", "encrypted": 0},
			{"doctype": "User", "name": "asha@example.com", "fieldname": "api_secret", "password": "gAAAA", "encrypted": 1},
			{"doctype": "Email Account", "name": "x", "fieldname": "password", "password": "gAAAA", "encrypted": 1}]`,
		"more.tsv": "name\tpassword\nravi@example.com\t$pbkdf2-sha256$2\"\nmei@example.com\tNULL\n",
	})
	want := map[string]string{"asha@example.com": "$pbkdf2-sha256$1", "ravi@example.com": "$pbkdf2-sha256$2\""}
	if err != nil || !maps.Equal(e.Passwords, want) {
		t.Errorf("got %v, %v", e.Passwords, err)
	}
}

func TestFilesThatCannotBeUsed(t *testing.T) {
	deep := strings.Repeat(`{"data":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	for name, row := range map[string]struct{ text, says string }{
		"deeper than deep":    {deep, "not valid JSON"},
		"a list of nothings":  {"[" + strings.Repeat("1,", 1000) + "1]", "row 1: is not a document"},
		"something behind":    {"[" + asha + "] x", "is not valid JSON"},
		"half":                {"[" + asha, "the end is missing"},
		"no fields":           {`[{"a": 1}]`, "has no doctype"},
		"a name that is none": {`[{"doctype": "User", "name": {"x": 1}}]`, "name is not plain text"},
		"a table that is no table": {`[{"doctype": "User", "name": "a", "roles": "A"}]`,
			"roles is not a table"},
		"a table without end": {`[{"doctype": "User", "name": "a", "roles": [` + strings.Repeat(`{},`, maxRows) + `{}]}]`, "roles is not a table"},
		"a value without end": {`[{"doctype": "User", "name": "` + strings.Repeat("a", maxCell+1) + `"}]`, "name is not plain text, or too long"},
		"no name":             {`[{"doctype": "OAuth Client", "app_name": "x"}]`, "has no ID"},
		"a row before all":    {"ID,Email,Role (Roles)\n,,A\n", "has no ID"},
		"a template of else":  {"DocType:,ToDo\nColumn Name:,name\n,x\n", "not imported"},
		"a template in part":  {"Data Import Template\nColumn Name:,name\n", "must come before"},
		"two passwords":       {`[{"name": "a", "password": "x"}, {"name": "A", "password": "y"}]`, "a second password"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := export(t, map[string]string{"file.json": row.text})
			if err == nil || !strings.Contains(err.Error(), row.says) || !strings.HasPrefix(err.Error(), "file.json") {
				t.Errorf("got %v, %.300v; want %q", e, err, row.says)
			}
		})
	}
	if _, err := parse("f", []byte("["+asha+","+asha+"]"), 1); err == nil {
		t.Error("too many documents are read")
	}
	if _, err := parse("f", []byte("parent,role\na,A\nb,B\n"), 1); err == nil {
		t.Error("too many rows are read")
	}
	if _, err := Read([]string{t.TempDir()}); err == nil {
		t.Error("an empty folder is read")
	}
}

// FuzzFile checks that any file is read or refused with its name, and that the
// result is within the limits.
func FuzzFile(f *testing.F) {
	for _, pattern := range []string{"testdata/json/*", "testdata/csv/*"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Add([]byte("DocType:,User,~,Has Role,roles\nColumn Name:,name,~,role\n,a,,A\n"))
	f.Add([]byte(`{"data":{"data":[{"doctype":"User","name":1e400,"roles":[null]}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		docs, err := parse("file", text, 100)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "file") {
				t.Errorf("the error names no file: %v", err)
			}
			return
		}
		e := newExport()
		e.add("file", docs)
		if e.join() != nil {
			return
		}
		for _, d := range slices.Concat(e.Users, e.Clients, e.Keys) {
			if d.text("name") == "" || d.At.Row == 0 {
				t.Errorf("a document without name or place: %+v", d)
			}
			for table, rows := range d.tables {
				if len(rows) > maxRows {
					t.Errorf("%s has %d rows", table, len(rows))
				}
			}
		}
		rulesHold(t, e)
	})
}

// The headings of Data Import and of the report view differ by version. Every column
// is read, or the report names it.
func TestColumnsOfEveryVersionAreRead(t *testing.T) {
	for name, heading := range map[string]string{
		"version 13 to 15":   "ID,App Name,App Client ID,App Client Secret,Redirect URIs,Role (Allowed Roles),Colour",
		"version 16 and 17":  "ID,App Name (Client Name),Client ID,Client Secret,Redirect URIs,Role (Allowed Roles),Colour",
		"by the field names": "name,app_name,client_id,client_secret,redirect_uris,allowed_roles.role,Colour",
	} {
		e, err := export(t, map[string]string{"clients.csv": heading + "\nabc,Payroll,abc,5f1c09ab7e,https://pay.example.com/cb,Boss,green\n"})
		if err != nil || len(e.Clients) != 1 {
			t.Fatalf("%s: %d clients, %v", name, len(e.Clients), err)
		}
		d := e.Clients[0]
		if d.text("app_name") != "Payroll" || d.text("client_secret") != "5f1c09ab7e" || d.text("client_id") != "abc" || !slices.Equal(d.column("allowed_roles", "role"), []string{"Boss"}) {
			t.Errorf("%s: read %v, %v", name, d.fields, d.tables)
		}
		if !slices.Equal(e.Unread["clients.csv"], []string{"Colour"}) {
			t.Errorf("%s: it says that %q were not read", name, e.Unread)
		}
	}
}
