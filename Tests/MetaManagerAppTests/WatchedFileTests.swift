import Glibc
import MetaManagerApp
import Testing

/// A folder that goes with the test.
final class WatchedFolder {
    let path: String

    init() throws {
        var name = Array("/tmp/metamanager-watched-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&name).map { String(cString: $0) })
    }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) {
        let file = open(self(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = Glibc.write(file, text, text.utf8.count)
        close(file)
    }

    func folder(_ name: String) { mkdir(self(name), 0o700) }
    func link(_ name: String, to target: String) { symlink(target, self(name)) }

    deinit {
        for name in ["a/edge.yaml", "b/edge.yaml", "a", "b", "edge.yaml", "..data", "loop", "pipe", "new", "dir"] {
            remove(self(name))
        }
        rmdir(path)
    }
}

@Suite struct WatchedFileTests {
    @Test func `a plain file is watched by its folder`() throws {
        let folder = try WatchedFolder()
        folder.write("", to: "edge.yaml")
        #expect(WatchedFolders.of(folder("edge.yaml")) == [folder.path])
        #expect(WatchedFolders.of(folder(".//edge.yaml")) == [folder.path])
    }

    @Test func `every link on the way is watched where it stands: a ConfigMap is exchanged by one of a folder`() throws
    {
        let folder = try WatchedFolder()
        for name in ["a", "b"] {
            folder.folder(name)
            folder.write(name, to: name + "/edge.yaml")
        }
        folder.link("..data", to: "a")
        folder.link("edge.yaml", to: "..data/edge.yaml")
        #expect(WatchedFolders.of(folder("edge.yaml")) == [folder.path, folder("a")])
        let before = FileIdentity(folder("edge.yaml"))
        folder.link("new", to: "b")
        rename(folder("new"), folder("..data"))
        #expect(FileIdentity(folder("edge.yaml")) != before)
        #expect(WatchedFolders.of(folder("edge.yaml")) == [folder.path, folder("b")])
    }

    @Test func `what is missing is waited for where it would come`() throws {
        let folder = try WatchedFolder()
        #expect(WatchedFolders.of(folder("not/there/edge.yaml")) == [folder.path])
        folder.link("edge.yaml", to: "not/there")
        #expect(WatchedFolders.of(folder("edge.yaml")) == [folder.path])
    }

    @Test func `links in a circle have an end`() throws {
        let folder = try WatchedFolder()
        folder.link("loop", to: "edge.yaml")
        folder.link("edge.yaml", to: "loop")
        #expect(WatchedFolders.of(folder("edge.yaml")) == [folder.path])
        #expect(FileIdentity(folder("edge.yaml")) == FileIdentity(folder("loop")))
    }

    @Test func `a rewrite, a rename, a change of rights and a removal are told apart`() throws {
        let folder = try WatchedFolder()
        var seen: [FileIdentity] = []
        func look() { seen.append(FileIdentity(folder("edge.yaml"))) }
        look()
        folder.write("a", to: "edge.yaml")
        look()
        folder.write("longer", to: "edge.yaml")
        look()
        folder.write("new", to: "new")
        rename(folder("new"), folder("edge.yaml"))
        look()
        chmod(folder("edge.yaml"), 0o400)
        look()
        #expect(Set(seen).count == seen.count)
        remove(folder("edge.yaml"))
        look()
        #expect(seen.first == seen.last)
    }

    @Test func `a daemon reads nothing but regular files of its size, and never waits for one`() throws {
        let folder = try WatchedFolder()
        mkfifo(folder("pipe"), 0o600)
        folder.folder("dir")
        folder.link("loop", to: "edge.yaml")
        folder.link("edge.yaml", to: "loop")
        folder.write("", to: "new")
        truncate(folder("new"), 1 << 30)
        folder.folder("a")
        folder.write("", to: "a/edge.yaml")
        for (name, says) in [
            ("pipe", "no regular file"), ("dir", "Is a directory"), ("edge.yaml", "symbolic links"),
            ("new", "larger than 1 MiB"), ("absent", "No such file"), ("a/edge.yaml", "it is empty"),
        ] {
            let fault = try #require(throws: ConfigurationFile.Fault.self) {
                try ConfigurationFile.load(folder(name), waits: false)
            }
            #expect(fault.description.contains(says), "\(fault)")
        }
    }
}
