// Package embedded runs the PostgreSQL that Weir starts itself: the system's
// binaries, a data directory of its own, a private Unix socket and no network.
//
// The server ends when the process that started it ends, however that ends; a
// lock file keeps two Weirs from one directory. It is for one machine: a
// laptop, the tests, a small installation. It knows nothing of Weir's schema.
//
// As root it runs as the user postgres (or nobody), because PostgreSQL refuses
// root; a data directory that exists is run as its owner.
//
//	DIR/lock          held while a Weir uses DIR; its process id
//	DIR/data/         PostgreSQL's own directory
//	DIR/run/          the socket, unless its path is too long
//	DIR/socket        where the socket is instead: a directory in the temporary one
//	DIR/postgres.log  what PostgreSQL says
package embedded
