// Package web is what lies between HTTP and the handlers: it reads requests
// strictly, gives errors a face, sets the headers that every answer carries,
// and guards forms against other sites.
//
// It is a tool: it knows neither users nor clients nor sessions. Who is signed
// in, and what a page looks like, is handed in.
package web
