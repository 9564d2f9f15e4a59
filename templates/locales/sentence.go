package locales

import "strings"

// Sentence puts a code of a rule and its arguments (internal/texts) into words.
// A code that this program does not know, as a newer one may have stored it,
// stands for itself; an argument that an older one did not store is left out.
// An argument that is a sentence itself is put into words first.
func (w *Words) Sentence(code string, args map[string]string) string {
	if fixed, ok := w.fixed[code]; ok {
		return fixed
	}
	if w.lacks(code) {
		return w.source.Sentence(code, args)
	}
	spoken, known := w.args[code]
	if !known {
		return code
	}
	values := make(map[string]string, len(spoken))
	for _, name := range spoken {
		values[name] = w.argument(name, args)
	}
	text, err := w.localize(code, values, nil, &lenient)
	if err != nil {
		return code
	}
	return text
}

// argument is the value of one, which is a code where its name has "@" before
// it; the arguments of that code have its name and a slash before theirs.
func (w *Words) argument(name string, args map[string]string) string {
	code, nested := args["@"+name]
	switch {
	case !nested && whens[name]:
		return w.when(args[name])
	case !nested:
		return w.isolate(args[name])
	}
	inner := map[string]string{}
	for key, value := range args {
		if of, ok := strings.CutPrefix(key, "@"+name+"/"); ok {
			inner[of] = value
		}
	}
	return w.Sentence(code, inner)
}
