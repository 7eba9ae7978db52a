internal import Beehive
internal import Glibc
internal import MetaStore

/// The key of a database that is named on the command line.
enum SealingFile {
    /// What opens the sealed values of a file.
    ///
    /// - Parameters:
    ///   - database: the file.
    ///   - key: its key file; nil: the file `key` beside it.
    ///   - types: the types whose values are sealed when they are written; none: only what is sealed is opened.
    /// - Returns: a sealing that gets its keys from there.
    static func sealing(_ database: String, key: String?, types: [String] = []) -> Sealing {
        Sealing(types: types.map { ResourceType($0) }, key: .file(key ?? beside(database)))
    }

    private static func beside(_ database: String) -> String {
        guard let slash = database.lastIndex(of: "/") else { return "key" }
        return String(database[...slash]) + "key"
    }

    /// A path that does not depend on where it is read.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }
}
