package hubtest

import (
	"bytes"
	"mime/multipart"
)

// Upload sends the page's form for an address with a file. pairs change its fields.
func (b *Browser) Upload(p Page, action, name string, file []byte, pairs ...string) Page {
	b.W.Helper()
	to, fields, ok := Form(p.Body, action)
	if !ok {
		b.W.Fatalf("no form leads to %s on the page %s", action, p.URL)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for field, values := range Edited(fields, pairs) {
		if field != "file" {
			form.WriteField(field, values[0]) //nolint:errcheck // to memory
		}
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		b.W.Fatal(err)
	}
	part.Write(file) //nolint:errcheck // to memory
	form.Close()     //nolint:errcheck // to memory
	return b.Read(b.Client.Post(b.W.URL+to, form.FormDataContentType(), &body))
}
