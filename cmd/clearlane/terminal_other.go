//go:build !unix

package main

import "os"

// terminalWidth is 0: nothing is cut where the terminal cannot be asked.
func terminalWidth(*os.File) int { return 0 }
