// Package hubs keeps the other hubs that let their users sign in here. Each is
// a client with the address of its metadata document as id. The package reads
// that document and follows its changes, decides which hubs wait and which are
// approved, and keeps what can approve one: invite codes and trusted domains.
//
// An approval is for the keys that a hub publishes: with entirely new keys it
// must be approved again.
package hubs
