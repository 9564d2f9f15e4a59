package cookies

import (
	"net/http"

	"github.com/gin-gonic/gin"
	gorilla "github.com/gorilla/sessions"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
)

// ProveFirst sends a user without a recent sign-in to prove their identity again,
// and from there to a page of this hub. sent means that the request is answered.
func (k *Service) ProveFirst(c *gin.Context, p sessions.Person, to string) (sent bool, err error) {
	fresh, err := k.IsFresh(c.Request.Context(), p.Session)
	if err != nil || fresh {
		return false, err
	}
	return true, web.SeeOther(c, web.SignInAgain(to))
}

// Proved records that the user has just proved their identity.
func (k *Service) Proved(r *http.Request, p sessions.Person, proof sessions.Start) error {
	held, err := gorilla.GetRegistry(r).Get(k, k.Name)
	if err != nil {
		return err
	}
	p.Session, err = k.Service.Proved(r.Context(), p.Session, proof)
	if err == nil {
		held.Values[valueSession], held.Values[valuePerson] = p.Session, p
	}
	return err
}
