<?php

/**
 * A client of mgr in one file, for PHP 8.1 or later, with nothing to install beside it.
 *
 * Runs in the caller's process, with the caller's uid. It distrusts the values that it is given (a line
 * break in one must not become a second field), the daemon's answers (bounded in bytes, depth and time),
 * and, of a signed request, who brings them. The protocol is described in PROTOCOL.md.
 *
 *     require '/usr/share/mgr/php/mgr.php';
 *
 *     $mgr = new Mgr\Client();
 *     $status = $mgr->call('system', 'status')['output'];     // the data of the reply, or a Mgr\Error
 *     $mgr->call('tls', 'upload', ['name' => 'web'], body: file_get_contents('web.pem'));
 *     $mgr->call('firewall', 'apply', body: $rules, confirm: true, onBehalfOf: $user);
 *
 *     try {
 *         $jobs = $mgr->call('scan', 'start', ['task_ids' => [1, 2]], onBehalfOf: $user)['jobs'];
 *     } catch (Mgr\Denied $denied) {
 *         echo htmlspecialchars($denied->detail), ' ', $denied->audit;
 *     }
 *
 *     // Asked again under the same id, a request gets the same jobs, and starts nothing twice; so it is
 *     // asked again by itself where an answer was lost.
 *     $mgr->call('scan', 'start', ['task_ids' => 1], requestId: bin2hex(random_bytes(16)));
 *     $mgr->call('scan', 'start', ['task_ids' => 1], wait: true);      // until it has ended
 *     $mgr->call('scan', 'start', ['task_ids' => 1], dryRun: true);    // what would be run, and as whom
 *
 *     foreach ($mgr->follow($jobs[0]['id']) as $line) {                // what it prints, as it comes
 *         foreach ($line->data['records'] ?? [] as $record) {
 *             echo htmlspecialchars($record['text'] ?? '');
 *         }
 *     }
 *
 *     $mgr = new Mgr\Client(keepAlive: true);                          // one connection for many requests
 *     $mgr->pipeline([new Mgr\Request('scan', 'status'), new Mgr\Request('mgr', 'whoami')]);
 *
 * Whom a page acts for it says with onBehalfOf, each time: nothing is taken for it from the environment.
 *
 * It asks the socket /run/mgr.sock, or what MGR_HOST (HOST:PORT) or MGR_SOCKET names; under php-fpm they
 * come from the web server (fastcgi_param) or the pool (env[]). Where there is a private key, every
 * request is signed with it, and a reply that says that it succeeded must be signed by the host. The key
 * is looked for in the file that MGR_KEY names (set but empty: nothing is signed), ~/.config/mgr/key and,
 * for root, /etc/mgr/root.key; what is known of the host in known_hosts beside the key and in /etc/mgr,
 * and, for the local socket, where the host keeps it for anybody to read. That wants PHP's extension
 * sodium.
 *
 *     $mgr = new Mgr\Client(host: '192.0.2.1:6667', key: '/etc/panel/mgr.key');
 *     $mgr->call('shutdown', 'reboot');
 *
 * An int is sent as its digits, a bool as yes or no, and the items of a list with commas between. What
 * cannot be sent as it is raises \InvalidArgumentException before a byte is sent; names of arguments
 * that are the language's own (mgr-…, auth-…) among it, so that a form's fields can be handed on. The
 * daemon drops spaces around a value.
 */

declare(strict_types=1);

namespace Mgr;

/**
 * A request that did not succeed.
 *
 * The message is for logs: control characters in it are written out. $detail and the rest are as they
 * came, so a page has to escape them (htmlspecialchars()). getCode() is the err_code, or 0.
 */
class Error extends \RuntimeException
{
    /** The number to quote to an admin, where there is one. */
    public readonly ?int $audit;
    /** What there is to tell of an action that failed, such as what its command printed. */
    public readonly array $data;
    /** Whether the host has signed it: never of what is not signed, nor of what the broker refuses by itself. */
    public readonly bool $isProven;

    public function __construct(
        /** The word for the err_code, such as denied. */
        public readonly string $error,
        /** For people. */
        public readonly string $detail = '',
        /** The err_code of the reply, or null where there was none. */
        public readonly ?int $errCode = null,
        public readonly ?Reply $reply = null,
    ) {
        $this->audit = $reply?->audit;
        $this->data = $reply->data ?? [];
        $this->isProven = $reply->isProven ?? false;
        parent::__construct(Text::visible($detail === '' ? $error : "$error: $detail"), $errCode ?? 0);
    }
}

/** The request is wrong: codes 1, 5, 6 and 10. */
class Invalid extends Error {}

/** The caller may not: codes 3, 4 and 9. */
class Denied extends Error {}

/** The action did not succeed: codes 2, 11, 12, 13, and those of later versions. */
class Failed extends Error {}

/** Nothing was started, and a later try may succeed: codes 7 and 8, or no connection. */
class Unavailable extends Error {}

/**
 * The connection was lost, the time was up, or what came was no reply, or one line of several: the
 * request may have been carried out.
 */
class NoAnswer extends Error
{
    /** @var list<Reply> Those of a pipeline that came before. */
    public array $replies = [];

    public function __construct(
        string $detail,
        /** Whether it was the connection. */
        public readonly bool $lost = false,
    ) {
        parent::__construct('no answer', "$detail; it may have been carried out");
    }
}

/**
 * The request was signed, and what came is a success without the host's signature, or anything with a
 * wrong one: somebody between here and there may have made it up.
 */
class Unproven extends NoAnswer {}

/** Code 1. */
class UnknownAction extends Invalid {}

/** Code 5. */
class Malformed extends Invalid {}

/** Code 6. */
class InvalidArgument extends Invalid {}

/** Code 10. */
class TooLarge extends Invalid {}

/** Code 3. */
class Unauthenticated extends Denied {}

/** Code 9. */
class Stale extends Denied {}

/** Code 11. */
class Conflict extends Failed {}

/** Code 12. */
class NotFound extends Failed {}

/** Code 13: the daemon had no answer in time; the detail says what is known. */
class Timeout extends Failed {}

/** Code 7. */
class Busy extends Unavailable {}

/** There is a key to sign with, but it cannot be used, or the host is not known. Nothing was sent. */
class CannotSign extends \InvalidArgumentException {}

// ---- the client ---------------------------------------------------------------------------------

/**
 * Asks mgr. Each request has a connection of its own, but with keepAlive: then one is kept, and opened
 * anew after a failure or when the daemon has closed it.
 */
final class Client
{
    public const DEFAULT_SOCKET = '/run/mgr.sock';
    private const MAX_TIMEOUT = 86400;
    private const MAX_PATH_BYTES = 107; // of a socket; what is longer PHP would cut off

    // How much of a pipeline may be under way. It fits into the socket's buffers, so neither side ever
    // waits for the other to read.
    private const MAX_PIPELINED_REQUESTS = 32;
    private const MAX_PIPELINED_BYTES = 64 << 10;

    // How long to wait, in microseconds, before a request with an id is sent again: five times at most.
    private const RETRY_PAUSES = [100_000, 300_000, 1_000_000, 3_000_000];

    private readonly string $address;
    private readonly ?Signer $signer;
    private ?Connection $kept = null;

    /**
     * @param ?string           $socket    the path of the UNIX socket
     * @param ?string           $host      over TCP: HOST:PORT, an IPv6 address in brackets
     * @param float             $timeout   seconds that each request has in all; INF for no limit
     * @param string|false|null $key       the file of a private key to sign with; null looks where this
     *                                     file says, false signs nothing
     * @param ?string           $knownHost what is known of the host, "HOSTID ed25519:BASE64", as the line
     *                                     of known_hosts has it behind the host's name
     * @param ?string           $root      a folder to look below for mgr's socket and files
     *
     * @throws CannotSign                where a key is to be used and cannot be
     * @throws \InvalidArgumentException
     */
    public function __construct(
        ?string $socket = null,
        ?string $host = null,
        private readonly float $timeout = 60.0,
        string|false|null $key = null,
        ?string $knownHost = null,
        ?string $root = null,
        private readonly bool $keepAlive = false,
    ) {
        self::checkTimeout($timeout);
        if ($host === null && $socket === null && $root === null) {
            $host = Text::environment('MGR_HOST');
        }
        $this->address = $host !== null ? self::hostAddress($host) : self::socketAddress($socket, $root);
        $this->signer = Signer::find($key, $knownHost, $host ?? 'local', \rtrim($root ?? '', '/'));
    }

    /**
     * The data of the reply: request() for who wants nothing else of it. [] where there is none. Of an
     * action that answers with what its command printed it is exit, stdout and stderr.
     *
     * @param array<string, string|int|bool|list<string|int|bool>> $arguments
     *
     * @throws Error|\InvalidArgumentException
     */
    public function call(
        string $module,
        string $action,
        #[\SensitiveParameter] array $arguments = [],
        #[\SensitiveParameter] ?string $body = null,
        ?string $onBehalfOf = null,
        bool $confirm = false,
        bool $wait = false,
        bool $dryRun = false,
        ?string $requestId = null,
        ?float $timeout = null,
    ): array {
        $request = new Request($module, $action, $arguments, $body, $onBehalfOf, $confirm, $wait, $dryRun, $requestId);
        return $this->send($request, $timeout)->orThrow()->data;
    }

    /**
     * The reply of a success. NoAnswer, too, where the action answers with a stream, which ends then:
     * that is for stream().
     *
     * @param array<string, string|int|bool|list<string|int|bool>> $arguments
     * @param ?string $body       the bytes of an action that takes some, such as a file
     * @param ?string $onBehalfOf whom the caller says that it acts for; recorded, and grants nothing
     * @param bool    $confirm    this is really meant, to an action that asks for that
     * @param bool    $wait       the reply comes when the jobs that the request starts have ended
     * @param bool    $dryRun     nothing is done, and the data says what would be
     * @param ?string $requestId  a request that starts jobs is safe to send again under it for a day: it
     *                            gets the same jobs. So it is, up to four times and within the timeout,
     *                            where mgr is not there or the answer was lost.
     * @param ?float  $timeout    other than the client's, which is none with wait
     *
     * @throws Error|\InvalidArgumentException
     */
    public function request(
        string $module,
        string $action,
        #[\SensitiveParameter] array $arguments = [],
        #[\SensitiveParameter] ?string $body = null,
        ?string $onBehalfOf = null,
        bool $confirm = false,
        bool $wait = false,
        bool $dryRun = false,
        ?string $requestId = null,
        ?float $timeout = null,
    ): Reply {
        $request = new Request($module, $action, $arguments, $body, $onBehalfOf, $confirm, $wait, $dryRun, $requestId);
        return $this->send($request, $timeout)->orThrow();
    }

    /**
     * The reply to a request, whether it succeeded or not.
     *
     * @throws Unavailable|NoAnswer|\InvalidArgumentException
     */
    public function send(Request $request, ?float $timeout = null): Reply
    {
        $deadline = $this->deadline($timeout ?? ($request->waits ? \INF : $this->timeout));
        $request->write($this->signer); // what cannot be written is found before anything is sent
        foreach ($request->mayBeRepeated ? self::RETRY_PAUSES : [] as $pause) {
            $reply = $failure = null;
            try {
                $reply = $this->exchange([$request], $deadline, $this->keepAlive)[0];
                if (!$reply->isPassing()) {
                    return $reply;
                }
            } catch (Unavailable $failure) {
            } catch (NoAnswer $failure) {
                if (!$failure->lost) {
                    throw $failure;
                }
            }
            if (Clock::now() + $pause / 1e6 >= $deadline) {
                return $reply ?? throw $failure;
            }
            \usleep($pause);
        }
        return $this->exchange([$request], $deadline, $this->keepAlive)[0];
    }

    /**
     * The replies, refusals too, in the order of the requests, which all go out at once over one
     * connection; none is sent again. Each part of at most 32 requests has the timeout.
     *
     * @param iterable<Request> $requests
     *
     * @return list<Reply>
     *
     * @throws Unavailable|NoAnswer|\InvalidArgumentException the second holds the replies that came
     */
    public function pipeline(iterable $requests, ?float $timeout = null): array
    {
        $replies = [];
        try {
            foreach ($this->groups($requests) as $group) {
                $deadline = $this->deadline($timeout ?? $this->timeout);
                \array_push($replies, ...$this->exchange($group, $deadline, true));
            }
        } catch (NoAnswer $error) {
            $error->replies = [...$replies, ...$error->replies];
            throw $error;
        } finally {
            if (!$this->keepAlive) {
                $this->close();
            }
        }
        return $replies;
    }

    /**
     * The lines of a reply that has several, as they come. The request is sent at once, on a connection
     * of its own; the timeout is for that, the lines come when there is something to tell. To leave the
     * loop, or to drop the generator, closes the connection.
     *
     * @param ?float $heartbeat a null is yielded whenever nothing has come for so many seconds: time for
     *                          a page to see whether its own client is still there
     *
     * @return \Generator<int, Reply|null> which throws what request() throws
     *
     * @throws Unavailable|NoAnswer|\InvalidArgumentException
     */
    public function stream(
        string $module,
        string $action,
        #[\SensitiveParameter] array $arguments = [],
        #[\SensitiveParameter] ?string $body = null,
        ?string $onBehalfOf = null,
        bool $confirm = false,
        ?float $timeout = null,
        ?float $heartbeat = null,
    ): \Generator {
        $request = new Request($module, $action, $arguments, $body, $onBehalfOf, $confirm);
        [$block, $read] = $request->write($this->signer);
        self::checkTimeout($heartbeat ?? \INF);
        $connection = new Connection($this->address, $this->deadline($timeout ?? $this->timeout));
        $connection->send($block);
        $connection->deadline = \INF;
        return self::lines($connection, $read, $heartbeat ?? \INF);
    }

    /**
     * What a job has printed and goes on to print; the last line, with its job, comes when it has ended.
     *
     * @param ?int $tail from its last so many lines on
     * @param ?int $from from that position on: where the last record of a stream that broke off ended
     *
     * @return \Generator<int, Reply|null> as of stream()
     *
     * @throws Unavailable|NoAnswer
     */
    public function follow(
        int $job,
        ?int $tail = null,
        ?int $from = null,
        ?string $onBehalfOf = null,
        ?float $heartbeat = null,
    ): \Generator {
        $arguments = \array_filter(['id' => $job, 'tail' => $tail, 'from' => $from], \is_int(...));
        return $this->stream('job', 'follow', $arguments, onBehalfOf: $onBehalfOf, heartbeat: $heartbeat);
    }

    /**
     * The jobs of these ids when all of them have ended, however long that takes.
     *
     * @param int|list<int> $jobs
     *
     * @return list<array<string, mixed>>
     *
     * @throws Error
     */
    public function wait(int|array $jobs, ?string $onBehalfOf = null, float $timeout = \INF): array
    {
        return $this->call('job', 'wait', ['ids' => $jobs], onBehalfOf: $onBehalfOf, timeout: $timeout)['jobs'] ?? [];
    }

    /** Ends the kept connection, where there is one. */
    public function close(): void
    {
        $this->kept?->close();
        $this->kept = null;
    }

    private static function hostAddress(string $host): string
    {
        $form = '/\A(?:[a-z0-9_.][a-z0-9_.-]{0,252}|\[[a-z0-9:.%_-]{2,253}\]):([1-9][0-9]{0,4})\z/i';
        $isOne = \preg_match($form, $host, $found);
        if (!$isOne || (int) $found[1] > 65535) {
            throw new \InvalidArgumentException(Text::visible($host) . ' is not HOST:PORT');
        }
        return "tcp://$host";
    }

    private static function socketAddress(?string $socket, ?string $root): string
    {
        $path = $socket ?? ($root === null ? Text::environment('MGR_SOCKET') ?? self::DEFAULT_SOCKET
            : \rtrim($root, '/') . self::DEFAULT_SOCKET);
        if ($path === '' || \strlen($path) > self::MAX_PATH_BYTES || \str_contains($path, "\0")) {
            throw new \InvalidArgumentException('no path of a socket: ' . Text::visible($path));
        }
        return "unix://$path";
    }

    private static function checkTimeout(float $timeout): void
    {
        if (!($timeout > 0 && ($timeout <= self::MAX_TIMEOUT || $timeout === \INF))) {
            $most = self::MAX_TIMEOUT;
            throw new \InvalidArgumentException("a timeout is more than 0 and at most $most seconds, or INF");
        }
    }

    private function deadline(float $timeout): float
    {
        self::checkTimeout($timeout);
        return Clock::now() + $timeout;
    }

    /**
     * @param non-empty-list<Request> $requests
     *
     * @return non-empty-list<Reply>
     */
    private function exchange(array $requests, float $deadline, bool $keep): array
    {
        $replies = [];
        $connection = $this->takeConnection($deadline);
        try {
            $written = \array_map(fn (Request $request): array => $request->write($this->signer), $requests);
            $opening = $keep && $connection->isNew ? "mgr:keep-alive\n" : '';
            $connection->isNew = false;
            $connection->send($opening . \implode('', \array_column($written, 0)));
            foreach ($written as $place => [, $read]) {
                $replies[] = $reply = $read((string) $connection->readLine());
                if ($reply->more) { // the next line would pass for the next answer
                    \array_pop($replies);
                    throw new NoAnswer('this action answers with a stream: use stream()');
                }
                $keep = $keep && !$reply->closes($requests[$place]);
            }
        } catch (\Throwable $error) {
            $connection->close(); // an exception's trace may hold it for long
            if ($error instanceof NoAnswer) {
                $error->replies = $replies;
            }
            throw $error;
        }
        if ($keep) {
            $this->kept = $connection;
        } else {
            $connection->close();
        }
        return $replies;
    }

    /** The kept connection or a new one. It is not kept again until its replies are read. */
    private function takeConnection(float $deadline): Connection
    {
        [$connection, $this->kept] = [$this->kept, null];
        if ($connection !== null && $connection->isUsable()) {
            $connection->deadline = $deadline;
            return $connection;
        }
        $connection?->close();
        return new Connection($this->address, $deadline);
    }

    /**
     * Cuts a pipeline into parts that may be under way at once; all of it is looked at first.
     *
     * @param iterable<Request> $requests
     *
     * @return list<non-empty-list<Request>>
     */
    private function groups(iterable $requests): array
    {
        $groups = [];
        $size = 0;
        foreach ($requests as $request) {
            $length = \strlen($request->write($this->signer)[0]);
            $last = \array_key_last($groups);
            if (
                $last === null || \count($groups[$last]) === self::MAX_PIPELINED_REQUESTS
                || $size + $length > self::MAX_PIPELINED_BYTES
            ) {
                $groups[] = [];
                $last = \array_key_last($groups);
                $size = 0;
            }
            $groups[$last][] = $request;
            $size += $length;
        }
        return $groups;
    }

    /** @return \Generator<int, Reply|null> */
    private static function lines(Connection $connection, \Closure $read, float $heartbeat): \Generator
    {
        try {
            do {
                while (($line = $connection->readLine(Clock::now() + $heartbeat)) === null) {
                    yield null;
                }
                $reply = $read($line)->orThrow();
                yield $reply;
            } while ($reply->more);
        } finally {
            $connection->close();
        }
    }
}

// ---- the request --------------------------------------------------------------------------------

/** One request, checked against the grammar when it is made. */
final class Request
{
    private const MAX_VALUE_BYTES = 4096;
    private const MAX_FIELDS = 64;
    private const MAX_BLOCK_BYTES = 16384;
    private const MAX_BODY_BYTES = 1 << 20;

    public readonly bool $waits;
    public readonly bool $mayBeRepeated;
    public readonly bool $hasBody;

    /** @var array<string, string> The values by the folded names. */
    private array $fields = [];

    /**
     * As Client::request().
     *
     * @param array<string, string|int|bool|list<string|int|bool>> $arguments
     *
     * @throws \InvalidArgumentException for what cannot be sent as it is
     */
    public function __construct(
        string $module,
        string $action,
        #[\SensitiveParameter] array $arguments = [],
        #[\SensitiveParameter] private readonly ?string $body = null,
        ?string $onBehalfOf = null,
        bool $confirm = false,
        bool $wait = false,
        bool $dryRun = false,
        ?string $requestId = null,
    ) {
        [$this->waits, $this->mayBeRepeated, $this->hasBody] = [$wait, $requestId !== null, $body !== null];
        // Names of arguments fold; an alias of a module is matched to the letter, so it stays.
        foreach (['module' => $module, 'action' => $action] as $name => $value) {
            self::name($value);
            $this->put($name, $value);
        }
        foreach ($arguments as $given => $value) {
            $name = self::name($given);
            if (\preg_match('/\A(?:mgr\z|mgr-|auth-)/', $name)) {
                throw new \InvalidArgumentException("$name is no argument: what is mgr's own has parameters");
            }
            $this->put($name, $value);
        }
        if ($requestId !== null && !\preg_match('/\A[A-Za-z0-9_.:-]{1,64}\z/', $requestId)) {
            throw new \InvalidArgumentException('a request id is 1 to 64 of A-Z a-z 0-9 _ . : and -');
        }
        if ($body !== null && \strlen($body) > self::MAX_BODY_BYTES) {
            throw new \InvalidArgumentException('a body of over ' . self::MAX_BODY_BYTES . ' bytes');
        }
        $own = ['mgr-on-behalf-of' => $onBehalfOf, 'mgr-confirm' => $confirm ?: null, 'mgr-wait' => $wait ?: null,
            'mgr-dry-run' => $dryRun ?: null, 'mgr-request-id' => $requestId,
            'mgr-body' => $body === null ? null : \strlen($body)];
        foreach ($own as $name => $value) {
            if ($value !== null) {
                $this->put($name, $value);
            }
        }
        self::block($this->fields);
    }

    /**
     * The bytes, and what reads the line that answers them: signed, each time under a nonce of its own.
     *
     * @internal
     *
     * @return array{string, \Closure(string): Reply}
     *
     * @throws \InvalidArgumentException where the fields of a signature make it too large
     */
    public function write(?Signer $signer): array
    {
        if ($signer === null) {
            return [self::block($this->fields) . $this->body, Reply::decode(...)];
        }
        [$fields, $nonce] = $signer->sign($this->fields, $this->body);
        return [self::block($fields) . $this->body, static fn (string $line): Reply => $signer->prove($line, $nonce)];
    }

    /** A password among the arguments is nobody's to see in a dump. */
    public function __debugInfo(): array
    {
        return ['module' => $this->fields['module'], 'action' => $this->fields['action']];
    }

    private static function name(string|int $text): string
    {
        if (!\preg_match('/\A[A-Za-z][A-Za-z0-9_.-]{0,31}\z/', (string) $text)) {
            throw new \InvalidArgumentException('not a name: ' . Text::visible((string) $text));
        }
        return \strtolower($text);
    }

    private function put(string $name, mixed $value): void
    {
        if (isset($this->fields[$name])) {
            throw new \InvalidArgumentException("the field $name stands twice");
        }
        $text = \is_array($value) ? self::list($name, $value) : self::text($name, $value);
        $wrong = \preg_match('/[\x00-\x1f\x7f-\x{9f}]/u', $text);
        if ($wrong !== 0) {
            throw new \InvalidArgumentException($wrong === false ? "the value of $name is not UTF-8"
                : "the value of $name holds a line break or another control character");
        }
        if (\strlen($text) > self::MAX_VALUE_BYTES) {
            throw new \InvalidArgumentException("the value of $name is over " . self::MAX_VALUE_BYTES . ' bytes');
        }
        $this->fields[$name] = $text;
    }

    private static function text(string $name, mixed $value): string
    {
        return match (true) {
            \is_string($value) => $value,
            \is_int($value) => (string) $value,
            \is_bool($value) => $value ? 'yes' : 'no',
            default => throw new \InvalidArgumentException(
                "the value of $name is no string, int, bool or list of these"
            ),
        };
    }

    private static function list(string $name, array $items): string
    {
        $texts = \array_map(static fn (mixed $item): string => self::text($name, $item), $items);
        if (!\array_is_list($items) || \str_contains(\implode('', $texts), ',')) {
            throw new \InvalidArgumentException("the value of $name: a list has no keys, and an item of it no comma");
        }
        return \implode(',', $texts);
    }

    /** @param array<string, string> $fields */
    private static function block(array $fields): string
    {
        $block = '';
        foreach ($fields as $name => $value) {
            $block .= "$name:$value\n";
        }
        if (\count($fields) > self::MAX_FIELDS || \strlen($block) >= self::MAX_BLOCK_BYTES) {
            [$fields, $bytes] = [self::MAX_FIELDS, self::MAX_BLOCK_BYTES];
            throw new \InvalidArgumentException("over $fields fields or $bytes bytes");
        }
        return "$block\n";
    }
}

// ---- the reply ----------------------------------------------------------------------------------

/** One line of what mgr answers. Every string in it is somebody else's: a page has to escape it. */
final class Reply
{
    private const ERRORS = [
        1 => UnknownAction::class, 2 => Failed::class, 3 => Unauthenticated::class, 4 => Denied::class,
        5 => Malformed::class, 6 => InvalidArgument::class, 7 => Busy::class, 8 => Unavailable::class,
        9 => Stale::class, 10 => TooLarge::class, 11 => Conflict::class, 12 => NotFound::class,
        13 => Timeout::class,
    ];

    public readonly bool $success;
    /** Of a success the action's name and " ok"; else "". */
    public readonly string $message;
    /** @var array<string, mixed> [] where there is none. A number beyond 64 bits is a string. */
    public readonly array $data;
    /** Whether further lines of this reply follow. */
    public readonly bool $more;
    /** Of a refusal; null of a success. */
    public readonly ?int $errCode;
    public readonly ?string $error;
    public readonly ?string $detail;
    public readonly ?int $audit;

    private function __construct(
        /** @var array<string, mixed> All of it, as it was decoded. */
        public readonly array $members,
        /** Whether the host has signed it. */
        public readonly bool $isProven,
    ) {
        $this->success = $members['success'];
        $message = $members['msg'] ?? '';
        $this->message = \is_string($message) ? $message : '';
        $this->data = self::object($members, 'data');
        $this->more = ($members['more'] ?? null) === true;
        $this->errCode = $this->success ? null : self::object($members, 'msg')['err_code'];
        $word = static fn (string $name): ?string => \is_string($members[$name] ?? null) ? $members[$name] : null;
        $this->error = $this->success ? null : $word('error') ?? "error $this->errCode";
        $this->detail = $this->success ? null : $word('detail') ?? '';
        $this->audit = \is_int($members['audit'] ?? null) ? $members['audit'] : null;
    }

    /**
     * @internal
     *
     * @throws NoAnswer for what is no reply
     */
    public static function decode(string $line): self
    {
        return new self(self::checked($line), false);
    }

    /**
     * What the host has signed, with what the broker adds to it from what a command printed.
     *
     * @internal
     *
     * @param string  $said    what was signed
     * @param ?string $line    the whole line, where that is not all of it
     *
     * @throws NoAnswer
     */
    public static function proven(string $said, ?string $line): self
    {
        $members = self::checked($said);
        $output = ['stdout', 'stderr', 'stdout_base64', 'stderr_base64', 'output', 'left_out'];
        if ($line !== null && self::object($members, 'data') !== []) {
            $printed = self::object(self::checked($line), 'data');
            $members['data'] += \array_intersect_key($printed, \array_flip($output));
        }
        return new self($members, true);
    }

    /**
     * Itself, of a success.
     *
     * @throws Error of a refusal
     */
    public function orThrow(): self
    {
        if ($this->success) {
            return $this;
        }
        $class = self::ERRORS[$this->errCode] ?? Failed::class;
        throw new $class($this->error, $this->detail, $this->errCode, $this);
    }

    /** @internal True where mgr was not there, or went away before it answered. */
    public function isPassing(): bool
    {
        return $this->errCode === 8
            || ($this->errCode === 13 && \str_contains($this->detail, 'may have been carried out'));
    }

    /** @internal True where the daemon ends the connection behind it. */
    public function closes(Request $request): bool
    {
        return !$this->success && ($request->hasBody || \in_array($this->errCode, [5, 10], true));
    }

    private static function checked(string $line): array
    {
        try {
            $members = \json_decode($line, true, 512, \JSON_THROW_ON_ERROR | \JSON_BIGINT_AS_STRING);
        } catch (\JsonException) {
            throw new NoAnswer('the reply is not JSON');
        }
        if (!\is_array($members) || !\is_bool($members['success'] ?? null)) {
            throw new NoAnswer('the reply has not the shape of one');
        }
        if (!$members['success'] && !\is_int(self::object($members, 'msg')['err_code'] ?? null)) {
            throw new NoAnswer('the refusal has no err_code');
        }
        return $members;
    }

    private static function object(array $members, string $name): array
    {
        $value = $members[$name] ?? null;
        return \is_array($value) && !\array_is_list($value) ? $value : [];
    }
}

// ---- signatures ---------------------------------------------------------------------------------

/**
 * A private key, and the host that the requests signed with it are for.
 *
 * @internal
 */
final class Signer
{
    private const KEY_HEAD = '/\Aid:([a-z][a-z0-9_.-]{0,31})\ntype:(ed25519|hmac-sha256)\n/';
    private const SECRET = '/\Asecret:((?:[0-9a-fA-F]{2}){32,64})\n?\z/';
    private const PEM = '~\A-----BEGIN PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)-----END PRIVATE KEY-----\n\z~';
    // What stands before the 32 bytes of an Ed25519 key in RFC 8410's form of it.
    private const PKCS8 = "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    private const SIGNATURE = '/,(?:"signed":(0|[1-9][0-9]{0,8}),)?"signature":"([^"]*+)"}\n\z/';

    private readonly string $id;
    /** @var \Closure(string): string */
    private readonly \Closure $sign;

    /** @throws CannotSign */
    public function __construct(string $path, private readonly KnownHost $host)
    {
        if (!\function_exists('sodium_crypto_sign_detached')) {
            throw new CannotSign("signing with $path wants PHP's extension sodium");
        }
        // The caller's own regular file and no link, of which nobody else has a right to anything.
        $text = Files::read($path, 0o077, [Files::userId()], false);
        if (!\preg_match(self::KEY_HEAD, $text, $head)) {
            throw new CannotSign("$path: a private key begins with the lines id:ID and type:TYPE");
        }
        $this->id = $head[1];
        $rest = \substr($text, \strlen($head[0]));
        $this->sign = $head[2] === 'ed25519' ? self::ed25519($path, $rest) : self::hmac($path, $rest);
    }

    /** Nothing where requests are not to be signed. */
    public static function find(string|false|null $key, ?string $knownHost, string $name, string $root): ?self
    {
        $path = $key ?? self::defaultKey($root);
        if ($path === false || $path === '') {
            return null;
        }
        return new self($path, $knownHost === null ? KnownHost::find($name, $root) : KnownHost::parse($knownHost));
    }

    /**
     * The fields of a request with what signs it, and its nonce.
     *
     * @param array<string, string> $fields
     *
     * @return array{array<string, string>, string}
     */
    public function sign(array $fields, ?string $body): array
    {
        // A bare signature is the constant of the original's clients, and makes room for a real one.
        unset($fields['signature']);
        $nonce = \bin2hex(\random_bytes(16));
        $fields += ['auth-key' => $this->id, 'auth-to' => $this->host->id, 'auth-time' => (string) \time(),
            'auth-nonce' => $nonce];
        if ($body !== null) {
            $fields['auth-body'] = \hash('sha256', $body);
        }
        $fields['signature'] = \base64_encode(($this->sign)(self::signedText($fields)));
        return [$fields, $nonce];
    }

    /**
     * The reply in the line, as far as it is signed by the host: its meaning comes from the signed text
     * alone.
     *
     * @throws NoAnswer Unproven for a success that is not signed, and for what is signed wrongly
     */
    public function prove(string $line, string $nonce): Reply
    {
        // It is taken off from the end, where what a job printed cannot reach.
        $found = \preg_match(self::SIGNATURE, "$line\n", $ending, \PREG_OFFSET_CAPTURE | \PREG_UNMATCHED_AS_NULL);
        if ($found === 0) {
            $reply = Reply::decode($line);
            if ($reply->success && !$reply->more) {
                throw new Unproven('the reply is not signed by the host');
            }
            return $reply;
        }
        if ($found === false) {
            throw new Unproven('the signature of the reply cannot be found');
        }
        [[, $start], [$length], [$signature]] = $ending;
        if ($length !== null && (int) $length > $start) {
            throw new Unproven('the reply is said to be longer than it is');
        }
        $said = $length === null ? \substr($line, 0, $start) . "}\n" : \substr($line, 0, (int) $length) . "}}\n";
        // A nonce is its key's alone: what another key's request was answered is no answer to this one.
        if (!$this->host->hasSigned("mgr-reply-v1\n$this->id\n$nonce\n$said", Text::base64($signature))) {
            throw new Unproven("the signature of the reply is not the host's");
        }
        return Reply::proven($said, $length === null ? null : $line);
    }

    /** Not what it signs with. */
    public function __debugInfo(): array
    {
        return ['id' => $this->id, 'host' => $this->host];
    }

    /** @param array<string, string> $fields */
    private static function signedText(array $fields): string
    {
        $lines = [];
        foreach ($fields as $name => $value) {
            $lines[] = $name . ':' . \trim($value, ' ') . "\n";
        }
        \sort($lines, \SORT_STRING);
        return "mgr-request-v1\n" . \implode('', $lines);
    }

    private static function defaultKey(string $root): string
    {
        $named = \getenv('MGR_KEY');
        if ($named !== false) {
            return $named;
        }
        $paths = Files::ofUser('key');
        if (Files::userId() === 0) {
            $paths[] = "$root/etc/mgr/root.key";
        }
        foreach ($paths as $path) {
            if (Files::exists($path)) {
                return $path;
            }
        }
        return '';
    }

    private static function hmac(string $path, #[\SensitiveParameter] string $text): \Closure
    {
        if (!\preg_match(self::SECRET, $text, $found)) {
            throw new CannotSign("$path: has no secret:HEX of 32 to 64 bytes after its type");
        }
        $secret = \sodium_hex2bin($found[1]);
        return static fn (string $text): string => \hash_hmac('sha256', $text, $secret, true);
    }

    /** With the key in RFC 8410's form without a public key in it. */
    private static function ed25519(string $path, #[\SensitiveParameter] string $text): \Closure
    {
        $der = \preg_match(self::PEM, $text, $pem) ? Text::base64(\str_replace("\n", '', $pem[1])) : '';
        if (\strlen($der) !== 48 || !\str_starts_with($der, self::PKCS8)) {
            throw new CannotSign("$path: has no Ed25519 key (PKCS#8, as RFC 8410 has it) after its type");
        }
        $pair = \sodium_crypto_sign_seed_keypair(\substr($der, \strlen(self::PKCS8)));
        $secret = \sodium_crypto_sign_secretkey($pair);
        return static fn (string $text): string => \sodium_crypto_sign_detached($text, $secret);
    }
}

/**
 * What is known of a host: its id, and the public key that its replies are signed with.
 *
 * @internal
 */
final class KnownHost
{
    private function __construct(public readonly string $id, private readonly string $publicKey)
    {
    }

    /** @throws CannotSign for what is not "HOSTID ed25519:BASE64" */
    public static function parse(string $text): self
    {
        $isOne = \preg_match('~\A\s*([0-9a-f]{32})\s+ed25519:([A-Za-z0-9+/=]+)\s*\z~', $text, $found);
        $key = $isOne ? Text::base64($found[2]) : '';
        if (\strlen($key) !== 32) {
            throw new CannotSign('not what is known of a host, "HOSTID ed25519:BASE64": ' . Text::visible($text));
        }
        return new self($found[1], $key);
    }

    /** @throws CannotSign where no file has the name, or one is not as it should be */
    public static function find(string $name, string $root): self
    {
        $paths = [...Files::ofUser('known_hosts'), "$root/etc/mgr/known_hosts"];
        if ($name === 'local') {
            $paths[] = "$root/var/lib/mgr/host/known_host";
        }
        foreach ($paths as $path) {
            $found = self::ofFile($path, $name);
            if (\count($found) > 1) {
                throw new CannotSign("$path: $name stands there twice");
            }
            if ($found !== []) {
                return $found[0];
            }
        }
        throw new CannotSign("$name is no known host of " . \implode(', ', $paths) . '; ' . ($name === 'local'
            ? 'the first start of mgr-helper makes its line' : "on that machine, `mgrctl host $name` prints its line"));
    }

    public function hasSigned(string $text, string $signature): bool
    {
        return \strlen($signature) === 64 && \sodium_crypto_sign_verify_detached($signature, $text, $this->publicKey);
    }

    /**
     * Every line is looked at, so that a mistake shows at once.
     *
     * @return list<self> those of that name
     */
    private static function ofFile(string $path, string $name): array
    {
        $found = [];
        $text = Files::exists($path) ? Files::read($path, 0o022, [0, Files::userId()], true) : '';
        foreach (\explode("\n", $text) as $index => $line) {
            [$known, $rest] = \explode(' ', \trim($line), 2) + [1 => ''];
            if ($known === '' || $known[0] === '#') {
                continue;
            }
            try {
                $host = self::parse($rest);
            } catch (CannotSign $error) {
                throw new CannotSign($path . ':' . ($index + 1) . ': ' . $error->getMessage());
            }
            if ($known === $name) {
                $found[] = $host;
            }
        }
        return $found;
    }
}

// ---- the connection -----------------------------------------------------------------------------

/**
 * One connected socket. Everything on it must be over at $deadline (Clock::now(), or INF).
 *
 * PHP waits for a socket by poll(2), by itself after a signal too, and so for any number of descriptor;
 * stream_select() does neither. It waits a second at most: a signal handler of the page's runs between.
 *
 * @internal
 */
final class Connection
{
    // A reply has at most 1 MiB. PHP takes up to 80 times as much for it when it is decoded: what is longer
    // could not be held within the 128 MiB that are PHP's default, and who hits that limit cannot catch it.
    private const MAX_LINE_BYTES = (1 << 20) + 4096;
    private const MAX_WAIT = 1.0;
    private const PIECE_BYTES = 16384;
    private const EAGAIN = 11;

    public bool $isNew = true;
    /** @var resource */
    private $socket;
    private string $gathered = '';

    /** @throws Unavailable */
    public function __construct(string $address, public float $deadline)
    {
        $context = \stream_context_create(['socket' => ['tcp_nodelay' => true]]); // none of the page's own
        do {
            $left = \min($deadline - Clock::now(), 86400.0);
            if ($left <= 0) {
                throw new Unavailable('unavailable', "cannot connect to $address in time", 8);
            }
            $socket = Php::quietly(static function () use ($address, &$code, &$why, $left, $context) {
                return \stream_socket_client($address, $code, $why, $left, \STREAM_CLIENT_CONNECT, $context);
            }, $warning);
            // PHP connects without blocking, to which a full backlog says so and offers nothing to wait for.
        } while ($socket === false && $code === self::EAGAIN && \usleep(10_000) === null);
        if ($socket === false) {
            $reason = $why ?: $warning ?? "error $code";
            throw new Unavailable('unavailable', "cannot connect to $address: $reason", 8);
        }
        \stream_set_read_buffer($socket, 0);
        $this->socket = $socket;
    }

    public function close(): void
    {
        if (\is_resource($this->socket)) {
            \fclose($this->socket);
        }
    }

    /** False where the daemon has hung up, or said something unasked, since the last reply. */
    public function isUsable(): bool
    {
        \stream_set_blocking($this->socket, false);
        $unasked = Php::quietly(fn () => \fread($this->socket, 1));
        \stream_set_blocking($this->socket, true);
        return (string) $unasked === '' && $this->gathered === '' && !\stream_get_meta_data($this->socket)['eof'];
    }

    /** @throws NoAnswer */
    public function send(#[\SensitiveParameter] string $data): void
    {
        for ($sent = 0; $sent < \strlen($data); $sent += (int) $written) {
            $this->limitWait($this->deadline);
            $written = Php::quietly(fn () => \fwrite($this->socket, \substr($data, $sent, self::PIECE_BYTES)));
            if (!$written && !\stream_get_meta_data($this->socket)['timed_out']) {
                return; // there may be a reply all the same: a refusal can come before the last byte
            }
        }
    }

    /**
     * The next line without its line feed; null where none has come until then.
     *
     * @throws NoAnswer
     */
    public function readLine(float $until = \INF): ?string
    {
        $searched = 0;
        while (($end = \strpos($this->gathered, "\n", $searched)) === false) {
            $searched = \strlen($this->gathered);
            if ($searched > self::MAX_LINE_BYTES) {
                break;
            }
            if ($until <= Clock::now()) {
                return null;
            }
            $this->limitWait(\min($until, $this->deadline));
            $this->gathered .= $this->receive();
        }
        if ($end === false || $end > self::MAX_LINE_BYTES) {
            throw new NoAnswer('a line over ' . self::MAX_LINE_BYTES . ' bytes');
        }
        $line = \substr($this->gathered, 0, $end);
        $this->gathered = \substr($this->gathered, $end + 1);
        return $line;
    }

    /** What there is; "" where nothing has come within the wait. */
    private function receive(): string
    {
        $piece = Php::quietly(fn () => \fread($this->socket, self::PIECE_BYTES), $warning);
        if ((string) $piece === '' && \stream_get_meta_data($this->socket)['eof']) {
            throw new NoAnswer($warning ?? 'the connection ended without a reply', true);
        }
        return (string) $piece;
    }

    private function limitWait(float $until): void
    {
        if ($this->deadline <= Clock::now()) {
            throw new NoAnswer('none within the time limit');
        }
        $wait = \max(\min($until - Clock::now(), self::MAX_WAIT), 1e-6);
        \stream_set_timeout($this->socket, (int) $wait, (int) (\fmod($wait, 1) * 1e6));
    }
}

// ---- what PHP wants for it ----------------------------------------------------------------------

/** @internal */
final class Clock
{
    /** Seconds of a clock that nobody sets. */
    public static function now(): float
    {
        return \hrtime(true) / 1e9;
    }
}

/** @internal */
final class Php
{
    /**
     * What $call returns. What PHP warns of meanwhile goes to $warning, and to no handler of the page's,
     * of which some throw even what @ silences.
     */
    public static function quietly(\Closure $call, ?string &$warning = null): mixed
    {
        $warning = null;
        \set_error_handler(static function (int $level, string $text) use (&$warning): bool {
            $warning = $text;
            return true;
        });
        try {
            return $call();
        } finally {
            \restore_error_handler();
        }
    }
}

/** @internal */
final class Text
{
    /** With its control characters, and what is not UTF-8, written out. */
    public static function visible(string $text): string
    {
        $isText = \preg_match('//u', $text) === 1;
        $hidden = $isText ? '/[\x00-\x1f\x7f-\x{9f}]/u' : '/[^\x20-\x7e]/';
        return \preg_replace_callback($hidden, static fn (array $found): string => '\x' . \bin2hex($found[0]), $text);
    }

    /** What is set, and not to nothing. */
    public static function environment(string $name): ?string
    {
        $value = \getenv($name);
        return $value === false || $value === '' ? null : $value;
    }

    /** The bytes; "" for what is not base64 in its one spelling. */
    public static function base64(string $text): string
    {
        $data = \base64_decode($text, true);
        return $data !== false && \base64_encode($data) === $text ? $data : '';
    }
}

/** @internal */
final class Files
{
    private const MAX_BYTES = 1 << 20;
    private const TYPE = 0o170000;
    private const REGULAR = 0o100000;

    /** The effective uid, also where PHP's extension posix is not there; -1 where nothing tells it. */
    public static function userId(): int
    {
        if (\function_exists('posix_geteuid')) {
            return \posix_geteuid();
        }
        $own = Php::quietly(static fn () => \tmpfile());
        return $own === false ? -1 : \fstat($own)['uid'];
    }

    /** @return list<string> a file of the user's configuration; [] where there is no folder for it */
    public static function ofUser(string $name): array
    {
        foreach (['XDG_CONFIG_HOME' => "/mgr/$name", 'HOME' => "/.config/mgr/$name"] as $variable => $below) {
            $folder = Text::environment($variable);
            if ($folder !== null && $folder[0] === '/') {
                return [$folder . $below];
            }
        }
        return [];
    }

    public static function exists(string $path): bool
    {
        \clearstatcache();
        return Php::quietly(static fn (): bool => \file_exists($path));
    }

    /**
     * The text of a regular file of one of these users, whose mode has none of the forbidden bits.
     *
     * @param list<int> $owners
     *
     * @throws CannotSign
     */
    public static function read(string $path, int $forbidden, array $owners, bool $mayBeLink): string
    {
        \clearstatcache();
        $warning = null;
        $found = \str_contains($path, '://') ? false
            : Php::quietly(static fn () => $mayBeLink ? \stat($path) : \lstat($path), $warning);
        if ($found !== false && ($found['mode'] & self::TYPE) !== self::REGULAR) {
            throw new CannotSign("$path: is no regular file");
        }
        $file = $found === false ? false : Php::quietly(static fn () => \fopen($path, 'rb'), $warning);
        $status = $file === false ? false : \fstat($file);
        // PHP has no O_NOFOLLOW: what was opened is what was looked at, or somebody has put another there.
        if ($status === false || [$status['dev'], $status['ino']] !== [$found['dev'], $found['ino']]) {
            throw new CannotSign("$path: cannot be read" . ($warning === null ? '' : ": $warning"));
        }
        if (!\in_array($status['uid'], $owners, true) || ($status['mode'] & $forbidden) !== 0) {
            throw new CannotSign(\sprintf(
                "%s: is somebody else's, or others have rights to it (mode %o)",
                $path,
                $status['mode'] & 0o777
            ));
        }
        $text = (string) \stream_get_contents($file, self::MAX_BYTES + 1);
        \fclose($file);
        if (\strlen($text) > self::MAX_BYTES || \preg_match('/[^\x00-\x7f]/', $text)) {
            throw new CannotSign("$path: cannot be read: it is over " . self::MAX_BYTES . ' bytes, or not ASCII');
        }
        return $text;
    }
}
