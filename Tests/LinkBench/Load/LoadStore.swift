import Beehive
import Glibc

/// The store that every load finds: made once by the binary itself, copied for each load.
struct LoadStore {
    private let folder: String

    /// Fills a store with so many config maps.
    init(binary: String, folder: String, keys: Int, bytes: Int) throws {
        self.folder = folder + "/store"
        guard mkdir(self.folder, 0o700) == 0 else { throw BenchError("cannot make \(self.folder)") }
        let messages = folder + "/store.jsonl"
        try Self.write(LoadWork.preload(bytes: bytes), keys, to: messages)
        let command = [
            binary, "bench", "--messages", messages, "--database", self.folder + "/edgecore.db", "--mode", "bus",
            "--link", "down",
        ]
        let child = try NodeProcess.spawn(command, log: folder + "/store.log")
        var status: Int32 = 0
        guard waitpid(child, &status, 0) == child, status == 0 else {
            throw BenchError("cannot fill a store: \(NodeProcess.lastWords(of: folder + "/store.log"))")
        }
        unlink(messages)
    }

    private static func write(_ template: FrameTemplate, _ keys: Int, to path: String) throws {
        guard let file = fopen(path, "w") else { throw BenchError("cannot write \(path)") }
        var line: [UInt8] = []
        var isWritten = true
        for key in 0..<keys {
            line.removeAll(keepingCapacity: true)
            template.append(LoadWork.preloadFields(key), to: &line)
            line.append(UInt8(ascii: "\n"))
            isWritten = isWritten && fwrite(line, 1, line.count, file) == line.count
        }
        guard fclose(file) == 0, isWritten else { throw BenchError("cannot write \(path)") }
    }

    /// Copies it.
    ///
    /// - Parameter place: a folder that is not there yet.
    /// - Returns: the database's path.
    /// - Throws: when it cannot be copied.
    func copy(to place: String) throws -> String {
        guard system("cp -r '\(folder)' '\(place)'") == 0 else { throw BenchError("cannot copy a store to \(place)") }
        return place + "/edgecore.db"
    }
}
