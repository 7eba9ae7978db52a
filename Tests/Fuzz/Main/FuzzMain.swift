internal import CFuzzer
internal import FuzzTargets
internal import Glibc

/// Hands one target to libFuzzer, whose own arguments follow: `FUZZ_TARGET=message fuzz -max_total_time=60 FOLDER`.
@main
struct FuzzMain {
    static func main() {
        guard let name = getenv("FUZZ_TARGET").map({ String(cString: $0) }), FuzzTarget.named(name) != nil else {
            print(FuzzTarget.all.map { "\($0.name)\t\($0.maximumBytes)" }.joined(separator: "\n"))
            return
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(LLVMFuzzerRunDriver(&count, &arguments, runOne))
    }
}

/// What libFuzzer calls: a C function, so it finds the target by itself.
private func runOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try chosen?.check(UnsafeRawBufferPointer(start: bytes, count: count))
    } catch {
        let line = Array("broken property: \(error)\n".utf8)
        _ = write(2, line, line.count)
        abort()
    }
    return 0
}

private let chosen = getenv("FUZZ_TARGET").flatMap { FuzzTarget.named(String(cString: $0)) }
