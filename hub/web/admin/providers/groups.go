package providers

import (
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// groupRules reads the rules for groups that were typed.
func (d *Handler) groupRules(c *gin.Context, form map[string]string) ([]mapping.GroupRule, []templates.Mistake, error) {
	typed, problems := mapping.ParseGroupRules(form["group_map"])
	rules, err := d.Operator.GroupRules(c.Request.Context(), typed)
	if len(problems) > 0 {
		err = problems.Err()
	}
	wrong, ok := web.Mistakes(err, nil)
	if ok {
		err = nil
	}
	return rules, wrong, err
}

// withGroups adds the rules for groups to the form of a key, as they are typed.
func (d *Handler) withGroups(c *gin.Context, k federation.LoginKey, form templates.KeyForm) (templates.KeyForm, error) {
	if len(k.GroupMap) == 0 {
		return form, nil
	}
	all, err := d.Operator.Groups(c.Request.Context())
	lines := make([]string, len(k.GroupMap))
	for i, rule := range k.GroupMap {
		for _, g := range all {
			if g.ID == rule.Group {
				rule.Group = g.Name
			}
		}
		lines[i] = rule.String()
	}
	form.Groups = strings.Join(lines, "\n")
	return form, err
}
