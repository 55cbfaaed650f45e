// Package deploy holds what is deployed beside Heartline, as far as its own programs need it.
package deploy

import _ "embed"

// Notifications says which receivers there are and which alerts they get, where
// nobody names a file of their own.
//
//go:embed notifications.yml
var Notifications []byte
