"""What a disk was really given, by the kernel's count of the device: pages written twice between syncs count once, and
those that a call has touched without changing them do not count at all."""
import os


def sectors(path):
    """The file that counts what is written to the device of a path; None where there is none, as on overlays."""
    number = os.stat(path).st_dev
    stat = "/sys/dev/block/%d:%d/stat" % (os.major(number), os.minor(number))
    return stat if os.path.exists(stat) else None


class Written:
    """Bytes written to the device of a folder since it was made; of all programs, so the machine has to be quiet."""

    def __init__(self, folder):
        self.stat = sectors(folder)
        os.sync()
        self.start = self.count()

    def count(self):
        if self.stat is None:
            return 0
        with open(self.stat) as line:
            return int(line.read().split()[6]) * 512

    def bytes(self):
        os.sync()
        return self.count() - self.start
