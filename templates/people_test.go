package templates

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	tree "text/template/parse"

	"github.com/fedhub/fedhub/templates/locales"
)

// forPeople are the messages that pages and emails for people show, by the
// beginning of their ids. Every offered language has all of them.
var forPeople = strings.Fields(`
	account. activity. data. deleteaccount. disown. keepaccount. security. wasntmyaddress. address.go-to-your-account address.it-was-used-it-is address.this-link-doesnt-work-here approvals. away. bits. choose. confirm.
	confirmbrowser. confirmed. confirmedbrowser. connect. connections. consent. continue. denied. device. deviceconfirm. devicedone. email. emailcode. emailsignin. enrol. proveaddress.
	errorpage. errorpages. extras. fault. fields. forgot. formpost. frappe. guards. handler. headers. invite. invited. languages. leave.
	link.title link.lead link.password-label link.connect-button link.or link.sent- link.send- link.no-way link.cancel-link link.tab link.that-didnt
	link.try-another linkmail. linkproof. mail. month. notice. onward. passkey.off. passkey.name. passkeys. password. problem. profile. proof. prove.
	recovery. refusal. request. reset. responder. scripts. second. secondfactor. setup. shells. signedout. signin. signingout. signup.
	signout. span. time. unlooked. upstream. user.email.bad user.sign_in_name. verify. waiting. wasntme. wasntmyaccount. wasntmypasskey.`)

// forAdministrators are messages of the same packages that only pages of the
// administration, its emails, logs, and the details of an error for developers
// show. They may stay English.
var forAdministrators = strings.Fields(`
	admin. audit. auditevent. auditlog. browser.confirmed client. clientchoices. clientform. health. invitation. join. link. nav. oauth. passkey. redirect. trace. tried. tryfail.
	fields.end-label userfields.
	frappe.address-received frappe.base-url frappe.more-than frappe.the-host frappe.the-port frappe.the-scheme frappe.what-
	mail.attention.
	notice.added notice.approved notice.asked notice.decided notice.deletion-cancelled notice.disabled notice.enabled notice.ended notice.forgotten notice.invited notice.left
	group. groups. userfile. userimport. notice.session-ended notice.group- notice.member- user.groups.
	notice.letin notice.refused notice.resumed notice.rotated notice.second-reset notice.sent notice.shut notice.suspended
	notice.tried notice.undone notice.unmoved notice.untold notice.withdrawn
	user.sign_in_phone.
	proof.email proof.identity proof.password
	prove.again prove.mailed quiet. request.redirect- request.refused reset.shown reset.used
	scripts.copy-client-id scripts.copy-initial scripts.copy-invite scripts.copy-link
	second.wrong second.refused
	shells.administration-label
	signin.administrators signin.busy signin.emailcode. signin.prove signin.throttled signin.wrong
	signedin. signup.waits
	signout.accounts signout.all signout.guessed signout.provider signout.upstream
	time.milliseconds time.minutes time.seconds time.under
	upstream.disconnected upstream.other upstream.refused upstream.tokens
	user.hash. user.password.twice user.role user.subject.bad`)

// peopleFolders are the packages that write for people. In templates, the files
// of pages for administrators are left out.
var peopleFolders = []string{
	"hub", "hub/web", "hub/web/guard", "hub/web/account", "hub/web/accounts", "hub/web/authorize", "hub/web/device", "hub/web/emails", "hub/web/errorpages", "hub/web/onetime", "hub/web/proof",
	"hub/web/second", "hub/web/emailcode", "hub/web/signin", "hub/web/signout", "hub/maillinks", "hub/users", "hub/users/passkeys", "hub/users/passwords",
	"hub/users/secondfactor", "templates", "templates/locales",
}

// beginning is the length of the longest of several beginnings of an id, or 0.
func beginning(id string, all []string) int {
	longest := 0
	for _, prefix := range all {
		if strings.HasPrefix(id, prefix) {
			longest = max(longest, len(prefix))
		}
	}
	return longest
}

// TestTheTableKnowsWhatPeopleRead fails for a new message of a page or package
// for people that stands in neither list.
func TestTheTableKnowsWhatPeopleRead(t *testing.T) {
	args := locales.English().Args()
	check := func(where, id string) {
		if !strings.Contains(id, ".") {
			return // a code of a protocol or of a record
		}
		if _, ok := args[id]; ok && beginning(id, forPeople) == beginning(id, forAdministrators) {
			t.Errorf("%s: who reads %q? Add its beginning to forPeople or to forAdministrators", where, id)
		}
	}
	for file, ids := range namedByPages(t) {
		for _, id := range ids {
			check(file, id)
			if _, ok := args[id]; ok && beginning(id, forAdministrators) > beginning(id, forPeople) {
				t.Errorf("%s is a page for people and says %q, which forAdministrators has", file, id)
			}
		}
	}
	for _, folder := range peopleFolders {
		for file, ids := range namedByCode(t, folder) {
			for _, id := range ids {
				check(file, id)
			}
		}
	}
	for _, prefix := range slices.Concat(forPeople, forAdministrators) {
		used := false
		for id := range args {
			used = used || strings.HasPrefix(id, prefix)
		}
		if !used {
			t.Errorf("no message begins with %q", prefix)
		}
	}
}

// namedByPages are the strings in the templates of every page for people, with
// its shell and all parts that it uses.
func namedByPages(t *testing.T) map[string][]string {
	t.Helper()
	named := map[string][]string{}
	for _, page := range everyPage() {
		dressed := page.look()
		if administration[dressed.file] {
			continue
		}
		set, err := parsed(locales.English(), dressed)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range set.Templates() {
			if part.Tree == nil {
				continue
			}
			inspect(part.Tree.Root, func(n tree.Node) {
				if s, ok := n.(*tree.StringNode); ok {
					named[dressed.file] = append(named[dressed.file], s.Text)
				}
			})
		}
	}
	return named
}

// namedByCode are the strings in the files of a package.
func namedByCode(t *testing.T, folder string) map[string][]string {
	t.Helper()
	root := os.DirFS("..")
	entries, err := fs.ReadDir(root, folder)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string][]string{}
	for _, entry := range entries {
		name := path.Join(folder, entry.Name())
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path.Join("..", name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		var literals []string
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if s, err := strconv.Unquote(l.Value); err == nil {
					literals = append(literals, s)
				}
			}
			return true
		})
		if !slices.ContainsFunc(literals, func(s string) bool { return folder == "templates" && administration[s] }) {
			named[name] = literals
		}
	}
	return named
}
