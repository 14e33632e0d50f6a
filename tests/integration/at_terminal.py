"""A person at a pseudo-terminal (pty(7)), for tests of what asks."""
import os
import pty
import termios


class AtTerminal:
    """A program at a terminal, and somebody who sees what is shown before he types."""

    def __init__(self, words, stdin=None):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            if stdin is not None:
                os.dup2(os.open(stdin, os.O_RDONLY), 0)
            os.execv(words[0], words)
        self.shown = b""

    def read(self):
        try:
            piece = os.read(self.terminal, 4096)
        except OSError:  # EIO: nobody has it open
            piece = b""
        self.shown += piece
        return piece

    def sees(self, text):
        while text not in self.shown:
            if not self.read():
                raise AssertionError("%r not shown, but %r" % (text, self.shown))

    def types(self, text):
        os.write(self.terminal, text)

    def echoes(self):
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def ends(self):
        """The exit code, as subprocess has it."""
        while self.read():
            pass
        _, status = os.waitpid(self.pid, 0)
        echoes = self.echoes()
        os.close(self.terminal)
        assert echoes, "the terminal was left without its echo"
        return os.waitstatus_to_exitcode(status)
