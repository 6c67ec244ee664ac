"""One index less where another serves."""

import django.db.models.deletion
from django.db import migrations, models

class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_acquiring_rates'),
        ('payments', '0008_billrow_statistics'),
    ]

    operations = [
        migrations.AlterField(
            model_name='payment',
            name='payment_no',
            field=models.CharField(max_length=32, verbose_name='支付单号'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='stall',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='accounts.stall', verbose_name='摊位'),
        ),
        migrations.AlterField(
            model_name='paymentattempt',
            name='attempt_no',
            field=models.CharField(max_length=32, verbose_name='尝试号'),
        ),
        migrations.AlterField(
            model_name='paymentattempt',
            name='sub_merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='payments.submerchant', verbose_name='特约商户号'),
        ),
        migrations.AddIndex(
            model_name='paymentattempt',
            index=models.Index(fields=['sub_merchant', 'business_date'], name='attempt_of_number'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(fields=('payment_no',), name='payment_no_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.UniqueConstraint(fields=('attempt_no',), name='attempt_no_once'),
        ),
    ]
