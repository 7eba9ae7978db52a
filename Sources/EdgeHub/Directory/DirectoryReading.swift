/// What one file of the folder came to.
enum FileReading: Sendable {
    /// The same as when it was last read.
    case unchanged
    /// Its objects, and what is wrong in it; objects that stood in a place that is wrong now are kept.
    case read(objects: [Manifest], problems: [String])

    /// It could not be read at all.
    static func failed(_ problem: String) -> FileReading { .read(objects: [], problems: [problem]) }
}

/// What one look through the folder came to.
struct DirectoryReading: Sendable {
    /// The files by path inside of the folder, in the order of their paths.
    var files: [(path: String, reading: FileReading)] = []
    /// Folders inside that could not be listed; what came out of them before is kept.
    var unlisted: [String] = []
    /// True when there were more files than are read: then nothing is deleted.
    var isTruncated = false
    /// What is wrong with the folder as a whole.
    var problems: [String] = []

    /// True when an object's file may be there although it was not read.
    func mayHide(_ path: String) -> Bool {
        isTruncated || unlisted.contains { path.hasPrefix($0 + "/") }
    }
}
