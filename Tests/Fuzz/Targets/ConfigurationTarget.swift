internal import Beehive
internal import MetaManagerApp

/// Configuration files, in the project's form and in KubeEdge's.
enum ConfigurationTarget {
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        let file = [UInt8](bytes)
        guard let read = try? ConfigurationReader.read(file: file, environment: [:], hostName: "edge-1") else { return }
        // What `config show` prints is a file with the same effect; secrets alone are masked.
        let shown = read.report.rows
        guard !shown.contains(where: { $0.value == ConfigurationReport.mask }) else { return }
        let again: Configuration
        do {
            again = try ConfigurationReader.read(
                file: Array(read.report.text.utf8), environment: [:], hostName: "edge-1")
        } catch {
            throw FuzzFinding("what is shown of a configuration can be read: \(error)")
        }
        for (old, new) in zip(shown, again.report.rows) {
            try expect(old.value == new.value, "\(old.key) is read as it is shown")
        }
        try expect(again.settings == read.settings, "the settings stay")
    }
}
