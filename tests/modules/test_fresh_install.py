"""The installations that tests get to themselves really are their own."""

COUNT = """
from django.db import connection
with connection.cursor() as cursor:
    {statement}
    cursor.execute("SELECT count(*) FROM django_content_type")
    print(cursor.fetchone()[0])
"""


def test_a_fresh_install_is_migrated_and_answers_the_command_line(fresh_install):
    assert fresh_install.run("--version").stdout.startswith("tallystick ")
    counted = fresh_install.run_python(COUNT.format(statement="pass"))
    assert int(counted.stdout) > 3, counted.stderr


def test_what_one_install_commits_another_does_not_see(install_template, tmp_path):
    with install_template.copy(tmp_path / "one") as one, install_template.copy(tmp_path / "two") as two:
        emptied = COUNT.format(statement='cursor.execute("DELETE FROM auth_permission")')
        emptied = emptied.replace("django_content_type", "auth_permission")
        assert one.run_python(emptied).stdout.strip() == "0"
        counted = two.run_python(
            COUNT.format(statement="pass").replace("django_content_type", "auth_permission")
        )
        assert int(counted.stdout) > 3
