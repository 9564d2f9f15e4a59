// Package web is the layer between HTTP and the handlers: it reads requests
// strictly, turns errors into pages, sets the headers of every response, and
// protects forms against other sites.
//
// It knows no users, clients or sessions. The caller provides the signed-in user
// and the templates of the pages.
package web
