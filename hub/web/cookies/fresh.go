package cookies

import (
	"net/http"

	"github.com/gin-gonic/gin"
	gorilla "github.com/gorilla/sessions"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
)

// ProveFirst sends a person who proved too long ago who they are to do it again,
// and from there to a page of ours. sent says that the request is answered so.
func (k *Service) ProveFirst(c *gin.Context, p sessions.Person, to string) (sent bool, err error) {
	fresh, err := k.IsFresh(c.Request.Context(), p.Session)
	if err != nil || fresh {
		return false, err
	}
	return true, web.SeeOther(c, web.SignInAgain(to))
}

// Proved notes that the person signed in here has just proved who they are.
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
