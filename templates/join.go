package templates

import "time"

// A Join is how far this hub has come in joining a primary.
type Join struct {
	Status  string // "" before the first try, "requested", "active", "refused", "suspended", "removed" or "unreachable"
	Message string // what the primary answered
	Checked time.Time
}

// A Step is one line of a progress list.
type Step struct {
	Mark  string // "done", "now", "failed" or "later"
	Title string
	Text  string
}

// Steps tell the same as the status, in the order things happen.
func (j Join) Steps() []Step {
	reached := Step{"done", "The primary answers", "Its settings were read from its Base URL."}
	asked := Step{"done", "This hub introduced itself", "The primary has seen the metadata document and the key."}
	approved := Step{"done", "The primary approved it", "People can sign in."}
	switch j.Status {
	case "active":
	case "requested":
		approved = Step{"now", "Waiting for approval", "The primary's administrator finds the request under Servers."}
	case "refused":
		approved = Step{"failed", "The primary refused", "Talk to its administrator, then ask again."}
	case "removed":
		approved = Step{"failed", "The primary removed this hub", "Ask again, or talk to its administrator."}
	case "suspended":
		approved = Step{"failed", "The primary suspended this hub", "Talk to its administrator."}
	default:
		asked = Step{"later", "This hub introduces itself", ""}
		approved = Step{"later", "The primary approves it", ""}
		reached = Step{"now", "Reaching the primary", "It has not answered yet."}
		if j.Status == "unreachable" {
			reached = Step{"failed", "The primary does not answer", "Check the Base URL, and that this machine can reach it."}
		}
	}
	return []Step{reached, asked, approved}
}

// Tone colours a step.
func (s Step) Tone() string {
	return map[string]string{"done": "ok", "now": "info", "failed": "danger"}[s.Mark]
}

// Icon is drawn in its mark.
func (s Step) Icon() string {
	return map[string]string{"done": "ok", "now": "clock", "failed": "danger"}[s.Mark]
}

// Said is the mark for people who do not see it.
func (s Step) Said() string {
	return map[string]string{"done": "Done: ", "now": "Now: ", "failed": "Failed: "}[s.Mark]
}

// Open tells whether asking again makes sense.
func (j Join) Open() bool { return j.Status != "active" }
