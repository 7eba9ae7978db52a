/// What the process takes, under the names that all programs use.
extension Metrics {
    static let process: [Metric] = [
        // The name that this program has always had, beside the common one.
        .gauge(
            "process_resident_memory_bytes", "Memory that the process holds; process_resident_memory_bytes is the same."
        ) {
            $0.process.resident.map { Int64($0) }
        },
        .process("cpu_seconds_total", .counter, "Time on processors since the start.") { $0.processor },
        .process("resident_memory_bytes", .gauge, "Memory that the process holds.") { $0.resident },
        .process("virtual_memory_bytes", .gauge, "Addresses that the process uses.") { $0.virtual },
        .process("start_time_seconds", .gauge, "When the process was started, since 1970.") { $0.start },
        .process("open_fds", .gauge, "Files and sockets that are open.") { $0.openFiles },
        .process("max_fds", .gauge, "How many may be.") { $0.maximumFiles },
    ]
}
