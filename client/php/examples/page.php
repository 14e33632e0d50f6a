<?php

// What the pages here share: who is asking, a token against requests from other sites, and text for HTML.
// Runs as the web server's user, which is who mgr goes by; what comes from a browser is not believed.

declare(strict_types=1);

require '/usr/share/mgr/php/mgr.php';

/** Whom the web server has authenticated, for mgr's audit. Ends the page where that is nobody. */
function user(): string
{
    $user = $_SERVER['REMOTE_USER'] ?? '';
    if ($user === '') {
        http_response_code(403);
        exit('Nobody is logged in.');
    }
    return $user;
}

/** The token of this browser's session, for each form. To be called before anything is printed. */
function token(): string
{
    if (session_status() !== PHP_SESSION_ACTIVE) {
        session_start(['cookie_httponly' => true, 'cookie_samesite' => 'Strict', 'use_strict_mode' => true]);
    }
    return $_SESSION['token'] ??= bin2hex(random_bytes(16));
}

/** A value of the form, which has to come with the token. Ends the page where it is none. */
function posted(string $name): string
{
    $token = $_POST['token'] ?? null;
    if (!is_string($token) || !hash_equals(token(), $token)) {
        http_response_code(403);
        exit('This form has expired. Load the page again.');
    }
    $value = $_POST[$name] ?? '';
    return is_string($value) ? $value : '';
}

/** Text as HTML has it, also within quotes. */
function text(string|int|null $value): string
{
    return htmlspecialchars((string) $value, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

/** What went wrong, as HTML: what mgr says of it, or what of the form cannot be sent. */
function told(Mgr\Error|InvalidArgumentException $error): string
{
    if ($error instanceof InvalidArgumentException) {
        http_response_code(400);
        return '<p role="alert">' . text($error->getMessage()) . '</p>';
    }
    http_response_code(match (true) {
        $error instanceof Mgr\Denied => 403,
        $error instanceof Mgr\Invalid => 400,
        $error instanceof Mgr\Unavailable => 503,
        default => 502,
    });
    $number = $error->audit === null ? '' : ' (audit ' . text($error->audit) . ')';
    return '<p role="alert">' . text($error->error) . ': ' . text($error->detail) . "$number</p>";
}
