package cookies

import (
	"net/http"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// accountsLife is how long a browser remembers accounts, in seconds.
const accountsLife = lastLife

// Ref names an account in the forms of a browser that has it: pages do not show the
// ids of users.
func Ref(userID string) string { return secrets.HexHash("account " + userID)[:32] }

// Remembered are the ids of the users who signed in in this browser and wanted to
// stay signed in, the latest first; some may be signed out. The cookie is sealed, so nobody
// can read in it who they are.
func (k *Service) Remembered(r *http.Request) []string {
	cookie, err := r.Cookie(k.accountsCookie())
	if err != nil || len(cookie.Value) > 1000 {
		return nil
	}
	plain, err := k.Box.Open(cookie.Value, names.Accounts)
	if err != nil {
		return nil
	}
	all := strings.Fields(string(plain))
	return all[:min(len(all), MostAccounts)]
}

func (k *Service) rememberAccount(w http.ResponseWriter, r *http.Request, userID string) {
	all := slices.DeleteFunc(k.Remembered(r), func(id string) bool { return id == userID })
	k.setAccounts(w, append([]string{userID}, all...))
}

// ForgetAccount makes this browser forget an account.
func (k *Service) ForgetAccount(w http.ResponseWriter, r *http.Request, ref string) {
	all := k.Remembered(r)
	if i := slices.IndexFunc(all, func(id string) bool { return Ref(id) == ref }); i >= 0 {
		k.setAccounts(w, slices.Delete(all, i, i+1))
	}
}

func (k *Service) setAccounts(w http.ResponseWriter, all []string) {
	if len(all) == 0 {
		k.setCookie(w, k.accountsCookie(), "", -1)
		return
	}
	all = all[:min(len(all), MostAccounts)]
	k.setCookie(w, k.accountsCookie(), k.Box.Seal([]byte(strings.Join(all, " ")), names.Accounts), accountsLife)
}

func (k *Service) accountsCookie() string { return k.Name + names.AccountsCookie }
