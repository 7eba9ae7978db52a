internal import Beehive

/// A folder of manifests that is looked at now and then; what stands in its files now, whatever changed in between.
public struct ManifestFolder: Sendable {
    private var reader: FolderReader
    private var files: [String: [Manifest]] = [:]

    /// Names a folder; nothing is read yet.
    ///
    /// - Parameter path: the folder; files in folders inside it count too.
    public init(path: String) { reader = FolderReader(settings: DirectorySettings(folder: path)) }

    /// Looks at the folder; may block.
    ///
    /// - Parameter now: the wall clock, in milliseconds since 1970.
    /// - Returns: the objects, in the order of their files, and what is wrong, one line each; when the folder itself cannot
    ///   be listed, the objects are those of the last look.
    public mutating func look(now: Int64) -> (objects: [Manifest], problems: [String]) {
        var problems: [String] = []
        switch reader.read(now: now * 1_000_000, watching: { _ in }) {
        case .failure(let failure): problems.append("\(failure)")
        case .success(let reading):
            problems += reading.problems
            var present: [String: [Manifest]] = [:]
            for (path, file) in reading.files {
                switch file {
                case .unchanged: present[path] = files[path]
                case .read(let objects, let faults):
                    problems += faults
                    // What cannot be read now was good before, and is kept.
                    let read = Set(objects.map(\.resource))
                    let kept = faults.isEmpty ? [] : (files[path] ?? []).filter { !read.contains($0.resource) }
                    present[path] = objects + kept
                }
            }
            files = present
        }
        return (files.sorted { $0.key < $1.key }.flatMap(\.value), problems)
    }
}
