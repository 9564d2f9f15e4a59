// Package hubs knows the other hubs that let their people sign in here. Each is
// a client whose id is the address of a document that describes it. The
// package reads that document and what changes in it, decides who waits and
// who is let in, and holds what lets one in: invitations and trusted domains.
//
// An approval is of the keys that a hub publishes: with entirely new ones it
// must be approved again.
package hubs
