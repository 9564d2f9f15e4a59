package letters

// Attention tells an administrator what the hub found wrong.
type Attention struct {
	Address string
	Found   []Finding
}

// A Finding is one thing that needs attention, and what to do about it.
type Finding struct{ What, Do string }

func (Attention) file() string { return "attention" }
