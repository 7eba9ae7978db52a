// A disk that fails, for tests: loaded with LD_PRELOAD, it stands between a program and the files of one folder.
//
// Environment:
//   FAULTYDISK_FOLDER    the folder whose files are watched, with an absolute path
//   FAULTYDISK_CONTROL   a file, outside of the folder, that names the faults; read before each call, so that a test can change it
//   FAULTYDISK_JOURNAL   a folder, outside of the other one, that gets what a power cut may undo; syncs are noted there, not done
//   FAULTYDISK_LIE=1     syncs say that they were done, and are not noted: the proof that lost writes are found
//   FAULTYDISK_CUT_AT=N  the process kills itself in the middle of its N-th change of the disk
//
// The control file holds words KEY=VALUE: see `struct faults` in `Layer.h`.
#pragma once
