// Package registration lets clients register themselves (RFC 7591): the initial
// access tokens that admit them.
package registration
