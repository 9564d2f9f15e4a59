// Package hubs holds what is kept about other hubs that let their people sign
// in here: the invitations that let one in and the domains that are trusted.
package hubs
