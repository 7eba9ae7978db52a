internal import Beehive

/// Looks through the folder and reads what has changed since the last look.
struct FolderReader {
    private struct Seen {
        let stamp: PosixFile.Stamp
        let reading: FileReading
    }

    private let settings: DirectorySettings
    /// How each file was when it was read; of a good one only that it was, of a bad one what is wrong with it.
    private var seen: [String: Seen] = [:]
    /// True when a link was followed: what it points to may change without a word to the watcher.
    private(set) var hasLinks = false
    /// True when a file was left for the next look, because it was being written.
    private(set) var hasUnsettled = false
    private var hasLooked = false

    init(settings: DirectorySettings) { self.settings = settings }

    /// Makes files be read at the next look although they have not changed.
    mutating func forget(_ paths: Set<String>) {
        for path in paths { seen[path] = nil }
    }

    /// Looks through the folder.
    ///
    /// - Parameters:
    ///   - now: nanoseconds since 1970; a file changed within the second before may change again unseen.
    ///   - watching: told of each folder before it is listed.
    /// - Returns: what is there; the error when the folder itself cannot be listed.
    mutating func read(
        now: Int64, watching: (String) -> Void
    ) -> Result<DirectoryReading, PosixFile.Failure> {
        var reading = DirectoryReading()
        var paths: [String] = []
        hasUnsettled = false
        defer { hasLooked = true }
        hasLinks = PosixFile.isReachedByLink(settings.folder)
        do throws(PosixFile.Failure) {
            try list("", into: &paths, &reading, watching: watching)
        } catch {
            return .failure(error)
        }
        paths.sort()
        if paths.count > settings.maximumFiles {
            reading.isTruncated = true
            reading.problems.append(
                "\(settings.folder): \(paths.count) files are more than the \(settings.maximumFiles) that are read: "
                    + "put several objects into one file")
            paths.removeLast(paths.count - settings.maximumFiles)
        }
        for path in paths {
            if let file = read(path, now: now) { reading.files.append((path, file)) }
        }
        let present = Set(paths)
        seen = seen.filter { present.contains($0.key) }
        return .success(reading)
    }

    private func fullPath(_ path: String) -> String {
        path.isEmpty ? settings.folder : "\(settings.folder)/\(path)"
    }

    private mutating func list(
        _ folder: String, into paths: inout [String], _ reading: inout DirectoryReading, watching: (String) -> Void
    ) throws(PosixFile.Failure) {
        watching(fullPath(folder))
        for name in try PosixFile.names(in: fullPath(folder)) where !name.hasPrefix(".") {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            let full = fullPath(path)
            guard full != settings.statusFolder, var stamp = PosixFile.stamp(full, following: false) else { continue }
            if stamp.isFolder {
                // Depth is bounded by the length of paths.
                do throws(PosixFile.Failure) {
                    try list(path, into: &paths, &reading, watching: watching)
                } catch {
                    reading.unlisted.append(path)
                    reading.problems.append("\(error)")
                }
                continue
            }
            guard [".yaml", ".yml", ".json"].contains(where: { name.hasSuffix($0) }) else { continue }
            if !stamp.isFile {
                // A link to a file is followed; one that leads nowhere is told of when the file is read.
                guard let target = PosixFile.stamp(full, following: true) else {
                    hasLinks = true
                    paths.append(path)
                    continue
                }
                stamp = target
                hasLinks = true
            }
            if stamp.isFile { paths.append(path) }
        }
    }

    private mutating func read(_ path: String, now: Int64) -> FileReading? {
        let full = fullPath(path)
        guard let stamp = PosixFile.stamp(full, following: true) else {
            // Gone since it was listed; but a link that leads nowhere is a fault.
            guard PosixFile.stamp(full, following: false) != nil else { return nil }
            return .failed("\(full):1: the link leads nowhere")
        }
        if let known = seen[path], known.stamp == stamp { return known.reading }
        seen[path] = nil
        let age = now - max(stamp.modified, stamp.changed)
        if hasLooked, age >= 0, age < Int64(settings.debounce.nanoseconds) {
            // Half of a file may be a valid file, and what it lacks would be deleted.
            hasUnsettled = true
            return .unchanged
        }
        let reading: FileReading
        if stamp.size > Int64(settings.maximumFileBytes) {
            reading = .failed(
                "\(full):1: \(stamp.size) bytes are more than the \(settings.maximumFileBytes) that are read: split it")
        } else {
            do throws(PosixFile.Failure) {
                let bytes = try PosixFile.read(full, limit: settings.maximumFileBytes)
                let manifests = Manifests([(full, bytes)])
                reading = .read(objects: manifests.objects, problems: manifests.errors.map(\.description))
            } catch {
                // Not remembered: rights may change without a trace in the stamp.
                return .failed("\(full):1: \(error)")
            }
        }
        if age > 1_000_000_000, case .read(let objects, let problems) = reading {
            // Objects of a file that is partly wrong are known from this reading on.
            seen[path] = Seen(
                stamp: stamp, reading: problems.isEmpty ? .unchanged : .read(objects: objects, problems: problems))
        }
        return reading
    }
}
