package store

// The key that is kept beside the database and not in it: a copy of the database
// alone shows no secret, and cannot be changed without a trace.

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KeyFileName is the key's file in the data folder: 32 bytes as 64 hexadecimal
// digits. Whoever backs the database up keeps it elsewhere.
const KeyFileName = "secret.key"

const keyBytes = 32

// ErrSealed says that a secret cannot be read: it was sealed with another key or
// for another purpose, or was changed.
var ErrSealed = errors.New("the secret was sealed with another " + KeyFileName)

// Keyring derives a key for each purpose from the one in the data folder.
type Keyring struct{ root []byte }

// openKeyring reads the key of a data folder, or makes one (0600).
func openKeyring(dir string) (Keyring, error) {
	path := filepath.Join(dir, KeyFileName)
	text, err := os.ReadFile(path) //nolint:gosec // the caller's own folder
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeKey(path)
	}
	if err != nil {
		return Keyring{}, fmt.Errorf("key file: %w", err)
	}
	root, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(root) != keyBytes {
		return Keyring{}, fmt.Errorf("key file %s: want %d hexadecimal digits", path, 2*keyBytes)
	}
	return Keyring{root: root}, nil
}

// makeKey writes a new key down whole or not at all; another process that makes
// one at the same time wins or loses, and both use the one that stands.
func makeKey(path string) ([]byte, error) {
	root := make([]byte, keyBytes)
	_, _ = rand.Read(root) // never fails
	file, err := os.CreateTemp(filepath.Dir(path), KeyFileName+".*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name()) //nolint:errcheck // only left over after a failure
	if _, err := file.WriteString(hex.EncodeToString(root) + "\n"); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return nil, err
	}
	err = os.Link(file.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) { // a file system without hard links
		err = os.Rename(file.Name(), path) //nolint:gosec // the caller's own folder
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // as above
}

func (k Keyring) derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, k.root, nil, "comptoir "+purpose, keyBytes)
	if err != nil {
		panic(err) // only for a length that is too long
	}
	return key
}

// MAC returns a keyed hash (HMAC-SHA256) for a purpose.
func (k Keyring) MAC(purpose string) hash.Hash { return hmac.New(sha256.New, k.derive(purpose)) }

// Seal encrypts a secret (AES-256-GCM) for a purpose, which is not to be had
// from the result by any other.
func (k Keyring) Seal(purpose string, secret []byte) []byte {
	return k.gcm(purpose).Seal(nil, nil, secret, nil) //nolint:gosec // it draws its nonce itself
}

// Unseal returns what was sealed for a purpose, or ErrSealed.
func (k Keyring) Unseal(purpose string, sealed []byte) ([]byte, error) {
	secret, err := k.gcm(purpose).Open(nil, nil, sealed, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", purpose, ErrSealed)
	}
	return secret, nil
}

// gcm draws its nonces itself and puts them before what it sealed.
func (k Keyring) gcm(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(k.derive(purpose))
	if err != nil {
		panic(err) // only for a key of another length
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return gcm
}
