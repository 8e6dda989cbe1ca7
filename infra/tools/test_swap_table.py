"""Replacing the template's table: no reference to it is left."""

import json
import pathlib
import unittest

import swap_table
from samtranslator.yaml_helper import yaml_parse

VALUES = {"Ref": "copy", "Arn": "arn:copy", "StreamArn": "arn:copy/stream/1"}


def replaced(value):
    return swap_table.replaced(value, VALUES)


class Swapping(unittest.TestCase):
    def test_every_form_of_a_reference_gets_its_value(self):
        for before, after in [
            ({"Ref": "Table"}, "copy"),
            ({"Fn::GetAtt": ["Table", "Arn"]}, "arn:copy"),
            ({"Fn::GetAtt": "Table.StreamArn"}, "arn:copy/stream/1"),
            ({"Fn::Sub": "${Table.Arn}/index/due"}, {"Fn::Sub": "arn:copy/index/due"}),
            ({"Fn::Sub": ["${Table} ${Other}", {"Other": {"Ref": "Table"}}]}, {"Fn::Sub": ["copy ${Other}", {"Other": "copy"}]}),
        ]:
            self.assertEqual(replaced([before]), [after])

    def test_what_only_sounds_alike_is_left(self):
        others = [{"Ref": "TableAlarm"}, {"Fn::GetAtt": ["TableRole", "Arn"]}, {"Fn::Sub": "${TableRole.Arn} ${!Table} Table"}]
        self.assertEqual(replaced(others), others)

    def test_a_reference_that_is_not_known_is_refused(self):
        for unknown in [{"Fn::GetAtt": ["Table", "TableId"]}, {"Fn::Sub": "${Table.TableId}"}, {"DependsOn": ["Table"]}]:
            with self.assertRaises(swap_table.Unknown):
                replaced(unknown)

    def test_the_template_itself_has_no_table_left(self):
        root = pathlib.Path(swap_table.__file__).resolve().parents[2]
        template = yaml_parse((root / "template.yaml").read_text())
        without = swap_table.swapped(template, VALUES)
        self.assertEqual(set(template["Resources"]) - set(without["Resources"]), {"Table"})
        text = json.dumps(without)
        for left in ['"Ref": "Table"', '["Table",', '"Table.', "${Table}", "${Table."]:
            self.assertNotIn(left, text)
        self.assertGreater(text.count("arn:copy"), 10)
        stream = without["Resources"]["NotificationsFunction"]["Properties"]["Events"]["Stream"]["Properties"]["Stream"]
        self.assertEqual(stream, "arn:copy/stream/1")


if __name__ == "__main__":
    unittest.main()
