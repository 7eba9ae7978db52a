internal import MetaManagerCLI

@main
struct Main {
    static func main() async { await Program.run() }
}
