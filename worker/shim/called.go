package shim

import "os"

// ContainerDir is where the init and its files are in a container.
const ContainerDir = "/.weir"

// Called says whether these are the arguments of a worker: the directory of a
// run, which has the file for its end from the beginning, or a word for what is done
// in a container that is there, where the init has its directory.
func Called(args []string) bool {
	if len(args) != 1 {
		return false
	}
	if args[0] == Enter || args[0] == Hold {
		_, err := os.Lstat(ContainerDir)
		return err == nil
	}
	_, err := os.Lstat(ExitPath(args[0]))
	return err == nil
}
