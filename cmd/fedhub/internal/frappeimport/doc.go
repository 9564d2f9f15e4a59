// Package frappeimport takes the people and apps of a Frappe or ERPNext site
// over into a hub, so that the hub can stand in its place.
//
//	read.go json.go csv.go template.go   files become documents, whatever way Frappe exported them
//	schema.go                            which doctypes and fields are of interest, by name and by label
//	export.go                            documents become one export: child rows and passwords find their owners
//	person.go client.go loginkey.go settings.go   the rules: what a document becomes here, and what is said of it
//	plan.go                              the rules, and what the hub has already, become a plan; nothing is written
//	apply.go                             the plan is carried out
//	report.go                            what came of each document, for people and as JSON
//
// Everything is read and checked before the first write, so a broken file
// changes nothing. What the files say is input like any other: it gives nobody
// a role of this hub, takes over nobody's account here, and is cut to bounds.
package frappeimport
