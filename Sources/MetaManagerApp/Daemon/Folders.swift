internal import Glibc

/// Folders that the daemon makes for its own files.
package enum Folders {
    /// True when something stands at a path.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes the folder of a file, with those above it; only its owner may look inside.
    ///
    /// - Throws: `FileError` that names the folder.
    package static func make(for path: String) throws(FileError) {
        guard let slash = path.lastIndex(of: "/") else { return }
        let folder = String(path[..<slash])
        guard !folder.isEmpty, access(folder, F_OK) != 0 else { return }
        try make(for: folder)
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw FileError(path: folder, what: "cannot be made", code: errno)
        }
    }
}
