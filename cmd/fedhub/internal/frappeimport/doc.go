// Package frappeimport imports the users and applications of a Frappe or ERPNext
// site into a hub that replaces it.
//
//	read.go json.go csv.go template.go   read files into documents, in every format that Frappe exports
//	schema.go                            doctypes and fields that are read, by name and by label
//	export.go                            joins documents to one export: child rows and passwords with their owners
//	person.go client.go loginkey.go settings.go   the rules: what a document becomes, and what the report says about it
//	plan.go                              compares the result of the rules with the hub; nothing is written
//	apply.go                             carries out the plan
//	report.go                            the result for each document, as text and as JSON
//
// Everything is read and checked before the first write, so a broken file changes
// nothing. The files are untrusted input: they grant no role of this hub, change
// no existing account that they did not create, and are limited in size.
package frappeimport
