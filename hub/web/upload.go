package web

import (
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
)

// fileKey stores the file of an upload.
const fileKey = "fedhub/file"

// maxField bounds each field of an upload beside its file, in bytes.
const maxField = 4 << 10

// Upload reads a form with one file of at most `most` bytes. Form then returns
// its fields and File the file. A larger file is cut one byte above the limit, so
// that the handler can detect it and still has the form.
func Upload(most int, h HandlerFunc) HandlerFunc {
	return func(c *gin.Context) error {
		kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
		if err != nil || kind != "multipart/form-data" {
			return h(c) // a plain form has no file, and Form refuses the rest
		}
		// It reads up to twice the size, so that a slightly too large file gets
		// an error message.
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, int64(2*most+maxBody))
		fields, file, err := parts(c.Request, most)
		if err != nil {
			e := oauth.InvalidRequest("oauth.request.body").Because(err)
			var large *http.MaxBytesError
			if errors.As(err, &large) {
				e = oauth.InvalidRequest("oauth.request.large")
				e.Status = http.StatusRequestEntityTooLarge
			}
			return e
		}
		c.Set(formKey, fields)
		c.Set(fileKey, file)
		return h(c)
	}
}

// parts reads the fields and the file, without a file on disk.
func parts(r *http.Request, most int) (fields oauth.Params, file []byte, err error) {
	body, err := r.MultipartReader()
	if err != nil {
		return nil, nil, err
	}
	fields = oauth.Params{}
	for n := 0; ; n++ {
		part, err := body.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, file, nil
		}
		if err != nil {
			return nil, nil, err
		}
		limit := maxField
		if part.FileName() != "" {
			limit = most
		}
		value, err := io.ReadAll(io.LimitReader(part, int64(limit)+1))
		switch {
		case err != nil:
			return nil, nil, err
		case part.FileName() != "":
			file = value
		case len(value) > limit || n > 10 || fields.Has(part.FormName()):
			return nil, nil, errors.New("a field is too long, or there are too many")
		default:
			fields[part.FormName()] = string(value)
		}
	}
}

// File is the file of an Upload; empty if none was chosen.
func File(c *gin.Context) []byte {
	file, _ := c.Get(fileKey)
	bytes, _ := file.([]byte)
	return bytes
}
