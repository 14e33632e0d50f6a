<?php

// Hands a file on, whole, as the body of a request: a certificate to `tls upload`.

declare(strict_types=1);

require __DIR__ . '/page.php';

$user = user();
$token = token();
$said = '';
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    try {
        $name = posted('name');
        $file = $_FILES['file'] ?? [];
        if (($file['error'] ?? null) !== UPLOAD_ERR_OK || $file['size'] > 1 << 20) {
            throw new InvalidArgumentException('A file of at most 1 MiB is wanted.');
        }
        $body = file_get_contents($file['tmp_name']);
        $data = (new Mgr\Client())->call('tls', 'upload', ['name' => $name], body: $body, onBehalfOf: $user);
        $said = '<pre>' . text($data['stdout'] ?? '') . '</pre>';
    } catch (Mgr\Error | InvalidArgumentException $error) {
        $said = told($error);
    }
}
?>
<!DOCTYPE html>
<html lang="en">
<title>Certificate</title>
<?= $said ?>
<form method="post" enctype="multipart/form-data">
<input type="hidden" name="token" value="<?= text($token) ?>">
<label>Name <input name="name" required></label>
<label>File <input type="file" name="file" required></label>
<button>Install</button>
</form>
