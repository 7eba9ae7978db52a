internal import Glibc

/// The configuration file that is watched, and how it was when it was read.
package struct WatchedFile: Sendable, Hashable {
    /// The path, links not followed.
    package let path: String
    /// What stood there before it was read.
    package let seen: FileIdentity

    /// Looks at a file; call it before the file is read, so that a change in between is seen.
    package init(path: String) {
        self.path = path
        seen = FileIdentity(path)
    }
}

/// What tells one state of a file from another without reading it.
package struct FileIdentity: Sendable, Hashable {
    private var numbers: [Int] = []

    /// Looks at what a path leads to; an error is a state like any other.
    package init(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            numbers = [Int(errno)]
            return
        }
        numbers = [
            Int(truncatingIfNeeded: facts.st_dev), Int(truncatingIfNeeded: facts.st_ino), Int(facts.st_size),
            facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, facts.st_ctim.tv_sec, facts.st_ctim.tv_nsec,
        ]
    }
}

/// The folders whose entries decide what a path leads to: that of the file, and that of each link on the way.
///
/// An editor puts a new file in the place of the old one; a mounted ConfigMap exchanges a link to a folder. Both change an
/// entry of one of these, and nothing in the file that was there.
package enum WatchedFolders {
    /// As many links as the kernel follows.
    private static let maximumLinks = 40
    private static let maximumSteps = 4096

    /// Finds them.
    package static func of(_ path: String) -> [String] {
        var folders: [String] = []
        func add(_ folder: String) {
            let name = folder.isEmpty ? "/" : folder
            if !folders.contains(name) { folders.append(name) }
        }
        // Backwards, so that the next one is taken from the end.
        var rest = Array(path.split(separator: "/").map(String.init).reversed())
        var current = path.hasPrefix("/") ? "" : "."
        var links = 0
        for _ in 0..<maximumSteps {
            guard let name = rest.popLast() else { break }
            if name == "." { continue }
            let full = current + "/" + name
            var facts = stat()
            guard lstat(full, &facts) == 0 else {
                // What is missing may come back, and then the look goes on from here.
                add(current)
                break
            }
            guard facts.st_mode & S_IFMT == S_IFLNK else {
                if rest.isEmpty { add(current) }
                current = full
                continue
            }
            add(current)
            links += 1
            guard links <= maximumLinks, let target = read(link: full) else { break }
            if target.hasPrefix("/") { current = "" }
            rest += target.split(separator: "/").map(String.init).reversed()
        }
        return folders
    }

    private static func read(link: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &bytes, bytes.count)
        guard count > 0, count < bytes.count else { return nil }
        return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
