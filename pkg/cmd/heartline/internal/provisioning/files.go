package provisioning

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, describe(path, err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder: name the file", path)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, describe(path, err)
	}
	return content, nil
}

func describe(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s does not exist: check the path", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s cannot be read (permission denied): run as a user who may read it", path)
	}
	return err
}

func modified(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// find lists the files with one of the extensions that the paths name: a file
// itself, and of a folder those in it and in its subfolders, sorted.
func find(paths []string, extensions ...string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, describe(path, err)
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		inside, err := walk(path, extensions)
		if err != nil {
			return nil, err
		}
		if len(inside) == 0 {
			return nil, fmt.Errorf("folder %s holds no file that ends in %v: check the path", path, extensions)
		}
		files = append(files, inside...)
	}
	return files, nil
}

func walk(root string, extensions []string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return describe(path, err)
		}
		if !entry.IsDir() && slices.Contains(extensions, filepath.Ext(path)) {
			files = append(files, path)
		}
		return nil
	})
	return files, err
}
